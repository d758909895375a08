{{- /*
Refuses a route selector that is not a flat map of labels: it becomes matchLabels as it stands.

Inputs: dict with
  root      the root context
  selector  the selector; empty is fine
  name      the route's name
  path      where the selector stands, for the message
Output: none; may fail.
*/}}
{{- define "bb-common.routes.inbound.check-selector" }}
  {{- $root := .root }}
  {{- $path := .path }}
  {{- $flat := printf "write\nselector:\n  app.kubernetes.io/name: %s" .name }}
  {{- if and .selector (not (kindIs "map" .selector)) }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" $root
      "path" $path
      "problem" (printf "%s is not a map of labels" (.selector | toJson))
      "hint" $flat
    ) }}
  {{- end }}
  {{- range $key, $value := .selector }}
    {{- $problem := "" }}
    {{- if has $key (list "matchLabels" "matchExpressions") }}
      {{- $problem = printf "%q would select nothing here; a route selector is a flat map of labels" $key }}
    {{- else if not (kindIs "string" $value) }}
      {{- $problem = printf "label %q has the value %s; a label value is a string" $key ($value | toJson) }}
    {{- end }}
    {{- if $problem }}
      {{- include "bb-common.utils.fail-with-hint" (dict "root" $root "path" $path "problem" $problem "hint" $flat) }}
    {{- end }}
  {{- end }}
{{- end }}
