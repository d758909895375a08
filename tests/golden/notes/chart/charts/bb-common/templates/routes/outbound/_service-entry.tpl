{{- /*
The ServiceEntry of an outbound route. Its label and annotation win over the user's.

Inputs: dict with
  root   the root context
  name   the route's name
  route  its values
  path   where it stands, for messages
Output: the object, as JSON.
*/}}
{{- define "bb-common.routes.outbound.service-entry" }}
  {{- $root := .root }}
  {{- $route := .route }}
  {{- $path := .path }}
  {{- $hosts := include "bb-common.routes.evaluate-hosts" (dict "root" $root "hosts" $route.hosts "path" (printf "%s.hosts" $path)) | fromJsonArray }}

  {{- $ports := list }}
  {{- range $index, $port := $route.ports }}
    {{- $number := tpl (toString $port.number) $root | trim }}
    {{- if not (regexMatch `^[1-9]\d{0,4}$` $number) }}
      {{- include "bb-common.utils.fail-with-hint" (dict
        "root" $root
        "path" (printf "%s.ports[%d].number" $path $index)
        "problem" (printf "%s gives %q, which is not a port number" ($port.number | toJson) $number)
        "hint" "write a number such as 443."
      ) }}
    {{- end }}
    {{- $ports = append $ports (dict "name" $port.name "number" (int $number) "protocol" $port.protocol) }}
  {{- end }}

  {{- $location := $route.location | default "MESH_EXTERNAL" }}
  {{- $name := printf "%s-%s" .name (eq $location "MESH_EXTERNAL" | ternary "external" "internal") }}
  {{- $metadata := include "bb-common.routes.build-metadata" (dict "root" $root "name" $name "route" $route) | fromJson }}
  {{- $metadata = mergeOverwrite $metadata (dict
    "labels" (dict "service-entries.bigbang.dev/source" "bb-common")
    "annotations" (dict "outbound.service-entries.generated.bigbang.dev/from-route-name" .name)
  ) }}
  {{- dict
    "apiVersion" "networking.istio.io/v1"
    "kind" "ServiceEntry"
    "metadata" $metadata
    "spec" (dict
      "hosts" $hosts
      "location" $location
      "resolution" ($route.resolution | default "DNS")
      "ports" ($ports | default (list (dict "name" "https" "number" 443 "protocol" "HTTPS")))
    )
    | toJson
  }}
{{- end }}
