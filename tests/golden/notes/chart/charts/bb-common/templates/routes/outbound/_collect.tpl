{{- /*
Collects the ServiceEntries of the outbound routes that are on, in order of their names.

Inputs: the root context.
Output: ServiceEntries, as a JSON list.
*/}}
{{- define "bb-common.routes.outbound.collect" }}
  {{- $root := . }}
  {{- $resources := list }}
  {{- range $name, $values := $root.Values.routes.outbound }}
    {{- $path := printf "routes.outbound.%s" $name }}
    {{- $values = $values | default dict }}
    {{- if include "bb-common.utils.evaluate-switch" (dict "root" $root "value" $values.enabled "path" (printf "%s.enabled" $path)) }}
      {{- $resources = append $resources (include "bb-common.routes.outbound.service-entry" (dict "root" $root "name" $name "route" $values "path" $path) | fromJson) }}
    {{- end }}
  {{- end }}
  {{- $resources | toJson }}
{{- end }}
