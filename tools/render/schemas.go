package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"helm.sh/helm/v4/pkg/chart/common"
	chart "helm.sh/helm/v4/pkg/chart/v2"
)

const schemaURL = "file:///values.schema.json"

// schemaCache holds compiled schemas by their text: compiling takes ten times as long as validating.
type schemaCache map[string]compiled

type compiled struct {
	schema *jsonschema.Schema
	err    error
}

// validate says what Helm says about values that do not fit the schemas of a chart and its dependencies.
func (s schemaCache) validate(c *chart.Chart, values map[string]any) error {
	var found strings.Builder
	if c.Schema != nil {
		if err := s.validateOne(c.Schema, values); err != nil {
			fmt.Fprintf(&found, "%s:\n%s", c.Name(), err)
		}
	}
	for _, dependency := range c.Dependencies() {
		given, ok := values[dependency.Name()]
		if !ok || given == nil {
			continue
		}
		below, ok := asMap(given)
		if !ok {
			fmt.Fprintf(&found, "%s:\ninvalid type for values: expected object (map), got %T\n", dependency.Name(), given)
			continue
		}
		if err := s.validate(dependency, below); err != nil {
			found.WriteString(err.Error())
		}
	}
	if found.Len() > 0 {
		return errors.New(found.String())
	}
	return nil
}

func asMap(value any) (map[string]any, bool) {
	if values, ok := value.(common.Values); ok {
		return values, true
	}
	values, ok := value.(map[string]any)
	return values, ok
}

func (s schemaCache) validateOne(text []byte, values map[string]any) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("unable to validate schema: %s", cause)
		}
	}()
	known, ok := s[string(text)]
	if !ok {
		known.schema, known.err = compile(text)
		s[string(text)] = known
	}
	if known.err != nil {
		return known.err
	}
	if err := known.schema.Validate(values); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "jsonschema validation failed with '"+schemaURL+"#'\n") + "\n")
	}
	return nil
}

func compile(text []byte) (*jsonschema.Schema, error) {
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(closedLoader{})
	if err := compiler.AddResource(schemaURL, schema); err != nil {
		return nil, err
	}
	return compiler.Compile(schemaURL)
}

// closedLoader loads no schema: neither the network nor other files of this machine are a chart's business.
type closedLoader struct{}

func (closedLoader) Load(url string) (any, error) {
	if strings.HasPrefix(url, "urn:") {
		// Helm lets a reference to a URN accept everything.
		return true, nil
	}
	return nil, errors.New("schemas outside of the chart are not loaded")
}
