{{- /*
Puts the release name before an object name where the area's `prependReleaseName` asks for it.

Inputs: dict with
  root  the root context
  area  `networkPolicies`, `istio` or `routes`
  name  the object name
Output: the name, as text.
*/}}
{{- define "bb-common.utils.prepend-release-name" }}
  {{- $root := .root }}
  {{- if (get $root.Values .area | default dict).prependReleaseName }}
    {{- printf "%s-%s" (lower $root.Release.Name) .name }}
  {{- else }}
    {{- .name }}
  {{- end }}
{{- end }}
