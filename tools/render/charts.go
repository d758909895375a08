package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	chartloader "helm.sh/helm/v4/pkg/chart/loader"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/ignore"
)

// chartCache holds charts by their path, each with a fingerprint of the files that it was loaded from.
type chartCache map[string]cachedChart

type cachedChart struct {
	fingerprint string
	chart       *chart.Chart
}

// load returns a chart that the caller may change.
func (c chartCache) load(path string) (*chart.Chart, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("path %q not found", path)
	}
	fingerprint := fmt.Sprint(info.Size(), info.ModTime().UnixNano())
	if info.IsDir() {
		fingerprint = folderFingerprint(path)
	}
	if known, ok := c[path]; ok && known.fingerprint == fingerprint {
		return clone(known.chart), nil
	}
	loaded, err := chartloader.Load(path)
	if err != nil {
		return nil, err
	}
	found, ok := loaded.(*chart.Chart)
	if !ok {
		return nil, errors.New("invalid chart apiVersion")
	}
	if !info.IsDir() {
		if err := refuseLinksInFile(path); err != nil {
			return nil, err
		}
	}
	if err := refuseLinksInside(found); err != nil {
		return nil, err
	}
	c[path] = cachedChart{fingerprint: fingerprint, chart: found}
	return clone(found), nil
}

// clone copies what rendering changes: metadata, and which dependencies there are. Values are copied by Helm before it merges them.
func clone(c *chart.Chart) *chart.Chart {
	copied := *c
	metadata := *c.Metadata
	metadata.Dependencies = slices.Clone(metadata.Dependencies)
	for i, dependency := range metadata.Dependencies {
		own := *dependency
		metadata.Dependencies[i] = &own
	}
	copied.Metadata = &metadata
	copied.SetDependencies()
	for _, dependency := range c.Dependencies() {
		copied.AddDependency(clone(dependency))
	}
	return &copied
}

// folderFingerprint tells names, sizes and times of the files below a folder, without those that Helm ignores.
func folderFingerprint(root string) string {
	rules, err := ignore.ParseFile(filepath.Join(root, ignore.HelmIgnore))
	if err != nil {
		rules = ignore.Empty()
	}
	var found strings.Builder
	var walk func(folder, below string)
	walk = func(folder, below string) {
		entries, err := os.ReadDir(folder)
		if err != nil {
			fmt.Fprintln(&found, below, err)
			return
		}
		for _, entry := range entries {
			path, name := filepath.Join(folder, entry.Name()), below+entry.Name()
			// Links are followed, as Helm follows them; a link that leads in a circle has no info.
			info, err := os.Stat(path)
			switch {
			case err != nil:
				fmt.Fprintln(&found, name, err)
			case rules.Ignore(name, info):
			case info.IsDir():
				walk(path, name+"/")
			default:
				fmt.Fprintln(&found, name, info.Size(), info.ModTime().UnixNano())
			}
		}
	}
	walk(root, "")
	return found.String()
}

// refuseLinksInside looks into the archives that a chart and its dependencies carry.
func refuseLinksInside(c *chart.Chart) error {
	for _, file := range c.Raw {
		if strings.HasPrefix(file.Name, "charts/") && filepath.Ext(file.Name) == ".tgz" {
			if err := refuseLinks(bytes.NewReader(file.Data), file.Name); err != nil {
				return err
			}
		}
	}
	for _, dependency := range c.Dependencies() {
		if err := refuseLinksInside(dependency); err != nil {
			return err
		}
	}
	return nil
}

func refuseLinksInFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return refuseLinks(file, filepath.Base(path))
}

// refuseLinks refuses links and devices in an archive, which Helm takes for empty files. Names that lead out of it Helm refuses.
func refuseLinks(archive io.Reader, name string) error {
	unzipped, err := gzip.NewReader(archive)
	if err != nil {
		return err
	}
	defer unzipped.Close()
	for members := tar.NewReader(unzipped); ; {
		member, err := members.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch member.Typeflag {
		case tar.TypeReg, tar.TypeDir, tar.TypeXGlobalHeader, tar.TypeXHeader:
		default:
			return fmt.Errorf("the chart archive %s holds %s, which is neither file nor folder", name, member.Name)
		}
	}
}
