{{- /*
Builds the destination of a route from its service and port, either of which may be a template.

Inputs: dict with
  root   the root context
  route  the route's values
  path   where it stands, for the message
Output: JSON {host, port: {number}}.
*/}}
{{- define "bb-common.routes.inbound.build-destination" }}
  {{- $root := .root }}
  {{- $route := .route }}
  {{- if or (not $route.service) (not $route.port) }}
    {{- $missing := not $route.service | ternary "service" "port" }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" $root
      "path" .path
      "problem" (printf "the route has no %s; it needs service and port, or http (http does not go with passthrough)" $missing)
      "hint" "write\nservice: my-service\nport: 8080"
    ) }}
  {{- end }}
  {{- $number := tpl (toString $route.port) $root | trim }}
  {{- if not (regexMatch `^[1-9]\d{0,4}$` $number) }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" $root
      "path" (printf "%s.port" .path)
      "problem" (printf "%s gives %q, which is not a port number" ($route.port | toJson) $number)
      "hint" "write the number of the Service's port, such as 8080; Istio takes no port names here."
    ) }}
  {{- end }}
  {{- dict "host" (tpl $route.service $root) "port" (dict "number" (int $number)) | toJson }}
{{- end }}
