package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	goyaml "go.yaml.in/yaml/v2"
	release "helm.sh/helm/v4/pkg/release/v1"
	"helm.sh/helm/v4/pkg/release/v1/util"
	"sigs.k8s.io/yaml"
)

// manifests are the objects and hooks of a release, in the order in which Helm prints them.
type manifests struct {
	objects []manifest
	hooks   []manifest
}

type manifest struct {
	source  string
	content string
	head    head
}

// document is what is sent of a manifest; Content is JSON, or empty where only a stricter reader can say what is wrong with it.
type document struct {
	Text    string `json:"text"`
	Content string `json:"content,omitempty"`
}

// head is what Helm reads of a manifest to sort it.
type head struct {
	kind   string
	isHook bool
	// isUnknown is set for hooks of kinds that Helm does not know, and leaves out.
	isUnknown bool
	err       error
}

var hookEvents = func() map[string]bool {
	known := map[string]bool{"test-success": true}
	for _, event := range []release.HookEvent{
		release.HookPreInstall, release.HookPostInstall, release.HookPreDelete, release.HookPostDelete, release.HookPreUpgrade,
		release.HookPostUpgrade, release.HookPreRollback, release.HookPostRollback, release.HookTest,
	} {
		known[event.String()] = true
	}
	return known
}()

var installOrder = func() map[string]int {
	order := map[string]int{}
	for place, kind := range util.InstallOrder {
		order[kind] = place
	}
	return order
}()

// sortManifests does what Helm's SortManifests does, which reads all manifests anew each time.
func sortManifests(files map[string]string, heads *readings[head]) (*manifests, error) {
	var sorted manifests
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if strings.HasPrefix(path.Base(file), "_") || strings.TrimSpace(files[file]) == "" {
			continue
		}
		parts := util.SplitManifests(files[file])
		for number := range len(parts) {
			content := parts[fmt.Sprintf("manifest-%d", number)]
			found := heads.of(content)
			one := manifest{source: file, content: content, head: found}
			switch {
			case found.err != nil:
				return nil, fmt.Errorf("YAML parse error on %s: %w", file, found.err)
			case found.isUnknown:
			case found.isHook:
				sorted.hooks = append(sorted.hooks, one)
			default:
				sorted.objects = append(sorted.objects, one)
			}
		}
	}
	slices.SortStableFunc(sorted.objects, byInstallOrder)
	slices.SortStableFunc(sorted.hooks, byInstallOrder)
	return &sorted, nil
}

// byInstallOrder puts kinds that Helm does not know last, by their names.
func byInstallOrder(a, b manifest) int {
	first, isKnown := installOrder[a.head.kind]
	second, isOtherKnown := installOrder[b.head.kind]
	switch {
	case isKnown && isOtherKnown:
		return cmp.Compare(first, second)
	case isKnown:
		return -1
	case isOtherKnown:
		return 1
	default:
		return strings.Compare(a.head.kind, b.head.kind)
	}
}

// readHead finds out what Helm sorts a manifest by.
func readHead(content string) head {
	var entry util.SimpleHead
	found := head{err: yaml.Unmarshal([]byte(content), &entry), kind: entry.Kind}
	if entry.Metadata != nil {
		if events, ok := entry.Metadata.Annotations[release.HookAnnotation]; ok {
			found.isHook = true
			for event := range strings.SplitSeq(events, ",") {
				found.isUnknown = found.isUnknown || !hookEvents[strings.ToLower(strings.TrimSpace(event))]
			}
		}
	}
	return found
}

// stream is what `helm template` prints.
func (m *manifests) stream() string {
	var objects, hooks strings.Builder
	for _, one := range m.objects {
		fmt.Fprintf(&objects, "---\n# Source: %s\n%s\n", one.source, one.content)
	}
	for _, one := range m.hooks {
		fmt.Fprintf(&hooks, "---\n# Source: %s\n%s\n", one.source, one.content)
	}
	return strings.TrimSpace(objects.String()) + "\n" + hooks.String()
}

// documents are the parts of the stream between its separators, each with its content.
func (m *manifests) documents(contents *readings[string]) []document {
	var all []document
	for place, one := range slices.Concat(m.objects, m.hooks) {
		text := fmt.Sprintf("# Source: %s\n%s\n", one.source, one.content)
		if place == len(m.objects)-1 {
			text = strings.TrimSpace(text) + "\n"
		}
		all = append(all, document{Text: text, Content: contents.of(one.content)})
	}
	return all
}

// strictness finds, in any text that has them, ends of documents, merge keys and tags.
var strictness = regexp.MustCompile(`\n\.\.\.|<<|(?:^|[\s,:\[{-])![^\s=]`)

// readContent returns a manifest as JSON, or nothing for what bbpkg's own reader must judge: several documents, tags, merged
// mappings, repeated keys, keys that are no text.
func readContent(text string) string {
	if strictness.MatchString(text) {
		return ""
	}
	// Kubernetes reads YAML with this library, which sigs.k8s.io/yaml wraps; the wrapper turns all keys into text.
	var read any
	if err := goyaml.UnmarshalStrict([]byte(text), &read); err != nil {
		return ""
	}
	plain, ok := withTextKeys(read)
	if !ok {
		return ""
	}
	content, err := json.Marshal(plain)
	if err != nil {
		return ""
	}
	return string(content)
}

func withTextKeys(value any) (any, bool) {
	switch value := value.(type) {
	case map[any]any:
		plain := make(map[string]any, len(value))
		for key, below := range value {
			name, isText := key.(string)
			read, ok := withTextKeys(below)
			if !isText || !ok {
				return nil, false
			}
			plain[name] = read
		}
		return plain, true
	case []any:
		for place, below := range value {
			read, ok := withTextKeys(below)
			if !ok {
				return nil, false
			}
			value[place] = read
		}
	}
	return value, true
}
