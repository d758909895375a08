package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	chartutil "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"
	"helm.sh/helm/v4/pkg/strvals"
)

// request is what `helm template` is told with arguments and a values file.
type request struct {
	Chart       string          `json:"chart"`
	ReleaseName string          `json:"releaseName"`
	Namespace   string          `json:"namespace"`
	KubeVersion string          `json:"kubeVersion"`
	APIVersions []string        `json:"apiVersions"`
	Values      json.RawMessage `json:"values"`
	Settings    []string        `json:"settings"`
	// Deterministic fixes the template functions that depend on chance, on the clock or on the order of a Go map.
	Deterministic bool `json:"deterministic"`
	// Documents asks for single documents with their content as JSON, instead of the stream.
	Documents bool `json:"documents"`
}

// reply has an error in Helm's words, or else what was asked for.
type reply struct {
	Error     string     `json:"error,omitempty"`
	Text      string     `json:"text"`
	Documents []document `json:"documents,omitempty"`
}

// renderer keeps what requests have in common: charts as loaded, schemas as compiled, documents as read.
type renderer struct {
	charts   chartCache
	schemas  schemaCache
	heads    *readings[head]
	contents *readings[string]
}

func newRenderer() *renderer {
	return &renderer{
		charts:   chartCache{},
		schemas:  schemaCache{},
		heads:    newReadings(readHead),
		contents: newReadings(readContent),
	}
}

// answer renders one request, whatever comes of it.
func (r *renderer) answer(line []byte) (answered reply) {
	defer func() {
		if cause := recover(); cause != nil {
			answered = reply{Error: fmt.Sprintf("rendering template failed: %v", cause)}
		}
	}()
	var req request
	if err := json.Unmarshal(line, &req); err != nil {
		return reply{Error: fmt.Sprintf("no request: %v", err)}
	}
	rendered, err := r.render(&req)
	if err != nil {
		return reply{Error: err.Error()}
	}
	if req.Documents {
		return reply{Documents: rendered.documents(r.contents)}
	}
	return reply{Text: rendered.stream()}
}

// render does what `helm template` does, in its order, with its error messages. Helm's own code for it is in the package
// `action`, which brings a client of Kubernetes along: a program with it takes six times as long to start.
func (r *renderer) render(req *request) (*manifests, error) {
	capabilities := common.DefaultCapabilities.Copy()
	kubeVersion, err := common.ParseKubeVersion(req.KubeVersion)
	if err != nil {
		return nil, fmt.Errorf("invalid kube version '%s': %w", req.KubeVersion, err)
	}
	capabilities.KubeVersion = *kubeVersion
	apiVersions, err := splitFlags(req.APIVersions)
	if err != nil {
		return nil, err
	}
	capabilities.APIVersions = slices.Concat(capabilities.APIVersions, apiVersions)
	values, err := mergedValues(req)
	if err != nil {
		return nil, err
	}
	loaded, err := r.charts.load(req.Chart)
	if err != nil {
		return nil, err
	}
	if err := checkInstallable(loaded); err != nil {
		return nil, err
	}
	if err := chartutil.ValidateReleaseName(req.ReleaseName); err != nil {
		return nil, fmt.Errorf("release name check failed: release name %q: %w", req.ReleaseName, err)
	}
	if err := chartutil.ProcessDependencies(loaded, values); err != nil {
		return nil, fmt.Errorf("chart dependencies processing failed: %w", err)
	}
	release := common.ReleaseOptions{Name: req.ReleaseName, Namespace: req.Namespace, Revision: 1, IsInstall: true}
	scope, err := util.ToRenderValuesWithSchemaValidation(loaded, values, release, capabilities, true)
	if err != nil {
		return nil, err
	}
	if err := r.schemas.validate(loaded, scope["Values"].(common.Values)); err != nil {
		return nil, fmt.Errorf("values don't meet the specifications of the schema(s) in the following chart(s):\n%w", err)
	}
	if wanted := loaded.Metadata.KubeVersion; wanted != "" && !chartutil.IsCompatibleRange(wanted, kubeVersion.String()) {
		return nil, fmt.Errorf("chart requires kubeVersion: %s which is incompatible with Kubernetes %s", wanted, kubeVersion.Version)
	}
	var helm engine.Engine
	if req.Deterministic {
		helm.CustomTemplateFuncs = fixedFuncs()
	}
	files, err := helm.RenderWithContext(context.Background(), loaded, scope)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(files, func(name, _ string) bool { return strings.HasSuffix(name, "NOTES.txt") })
	return sortManifests(files, r.heads)
}

// mergedValues reads values as Helm reads a values file, and puts what `--set` says on top.
func mergedValues(req *request) (map[string]any, error) {
	values, err := loader.LoadValues(bytes.NewReader(req.Values))
	if err != nil {
		return nil, fmt.Errorf("failed to parse -: %w", err)
	}
	for _, setting := range req.Settings {
		if err := strvals.ParseInto(setting, values); err != nil {
			return nil, fmt.Errorf("failed parsing --set data: %w", err)
		}
	}
	return values, nil
}

// splitFlags reads values of a flag that may each name several things, as Helm's command line does.
func splitFlags(given []string) ([]string, error) {
	var all []string
	for _, text := range given {
		if text == "" {
			continue
		}
		parts, err := csv.NewReader(strings.NewReader(text)).Read()
		if err != nil {
			return nil, fmt.Errorf("invalid argument %q for \"-a, --api-versions\" flag: %w", text, err)
		}
		all = append(all, parts...)
	}
	return all, nil
}

func checkInstallable(c *chart.Chart) error {
	if kind := c.Metadata.Type; kind != "" && kind != "application" {
		return fmt.Errorf("%s charts are not installable", kind)
	}
	var missing []string
	for _, wanted := range c.Metadata.Dependencies {
		if !slices.ContainsFunc(c.Dependencies(), func(d *chart.Chart) bool { return d.Name() == wanted.Name }) {
			missing = append(missing, wanted.Name)
		}
	}
	if len(missing) > 0 {
		cause := errors.New("found in Chart.yaml, but missing in charts/ directory: " + strings.Join(missing, ", "))
		return fmt.Errorf("an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: %w", cause)
	}
	return nil
}
