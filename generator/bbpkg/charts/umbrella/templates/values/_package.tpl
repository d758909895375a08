{{- /*
What the user gives the chart of a package, evaluated as a template in the context of the umbrella.

Inputs: dict with
  root     the root context
  package  the package
Output: the value of the key values.yaml, as YAML below an indentation of two.
*/}}
{{- define "umbrella.values.package" -}}
{{- $passesBigBang := dig "passBigBangValues" false .package }}
{{- if not (or .package.values $passesBigBang) -}}
"{}"
{{- else -}}
|-
{{- if not $passesBigBang }}
    {{/* The umbrella leaves an empty line here. */}}
{{- else }}
    bigbang:
      {{- include "umbrella.values.big-bang" .root.Values | nindent 6 }}
{{- end }}
{{- with .package.values }}
{{- tpl (toYaml .) $.root | nindent 4 }}
{{- end }}
{{- end }}
{{- end }}

{{- /*
What the user gives to the variables of a Kustomization.

Inputs: as those of umbrella.values.package.
Output: entries of a Secret.
*/}}
{{- define "umbrella.values.kustomize" -}}
{{- $passesBigBang := dig "passBigBangValues" false .package }}
{{- if not (or .package.values $passesBigBang) -}}
{}
{{- end }}
{{- if $passesBigBang -}}
bigbang: |-
  {{- include "umbrella.values.big-bang" .root.Values | nindent 2 }}
{{- end }}
{{- with .package.values }}
{{ tpl (toYaml .) $.root }}
{{- end }}
{{- end }}
