{{- /*
Evaluates the templates in the `http` of a route. The official chart takes `http` as it stands; a Service whose name
depends on the release can only be named by a template.

Inputs: dict with
  root   the root context
  route  the route's values
Output: the list, as JSON.
*/}}
{{- define "bb-common.routes.inbound.evaluate-http" }}
  {{- $text := .route.http | toYaml }}
  {{- if contains "{{" $text }}
    {{- $text = tpl $text .root }}
  {{- end }}
  {{- $text | fromYamlArray | toJson }}
{{- end }}
