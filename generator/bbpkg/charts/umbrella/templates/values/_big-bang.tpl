{{- /*
What Big Bang has installed, for packages and wrappers that ask: which of its packages are enabled, its policies, its domain.

Inputs: the values of the umbrella.
Output: the content of the key `bigbang`.
*/}}
{{- define "umbrella.values.big-bang" -}}
{{ pick . "domain" "openshift" | toYaml }}
{{- range $name, $section := . }}
{{- if not (kindIs "map" $section) }}
{{- else if eq $name "istio" }}
{{ $name }}:
{{- if hasKey $section "enabled" }}
  enabled: {{ $section.enabled }}
{{- end }}
  ambient:
    enabled: {{ include "umbrella.mesh.ambient" (dict "Values" $) }}
{{- else if and (eq $name "networkPolicies") (hasKey $section "enabled") }}
{{ $name }}:
{{- toYaml $section | nindent 2 }}
{{- else if hasKey $section "enabled" }}
{{ $name }}:
  enabled: {{ $section.enabled }}
{{- else if eq $name "addons" }}
{{ $name }}:
{{- include "umbrella.values.addons" $section }}
{{- end }}
{{- end }}
{{- end }}

{{- define "umbrella.values.addons" }}
{{- range $name, $addon := . }}
{{- if hasKey $addon "enabled" }}
  {{ $name }}:
    enabled: {{ $addon.enabled }}
{{- if eq $name "authservice" }}
{{- $selector := dict "key" (dig "values" "selector" "key" false $addon) "value" (dig "values" "selector" "value" false $addon) }}
{{- if or $selector.key $selector.value }}
    values:
      selector:
{{- range $part, $text := $selector }}
{{- if $text }}
        {{ $part }}: {{ $text }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
