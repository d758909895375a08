{{- /*
Names the keys under which the package's values.yaml holds the values of the chart being rendered.

Inputs: the root context.
Output: text: empty for the top chart, `bb-common.` for a subchart (or its alias), `a.b.` for one of a subchart.
*/}}
{{- define "bb-common.utils.values-prefix" }}
  {{- $chartPath := splitList "/templates/" .Template.Name | first }}
  {{- range $name := splitList "/charts/" $chartPath | rest }}
    {{- printf "%s." $name }}
  {{- end }}
{{- end }}
