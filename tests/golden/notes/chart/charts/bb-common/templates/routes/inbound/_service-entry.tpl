{{- /*
The ServiceEntry of an inbound route, so that pods of the mesh reach its hosts through the gateway.

Inputs: dict with
  root   the root context
  name   the route's name
  route  its values
  hosts  its evaluated hosts
Output: the object, as JSON.
*/}}
{{- define "bb-common.routes.inbound.service-entry" }}
  {{- dict
    "apiVersion" "networking.istio.io/v1"
    "kind" "ServiceEntry"
    "metadata" (include "bb-common.routes.build-metadata" (dict "root" .root "name" (printf "%s-internal" .name) "route" .route) | fromJson)
    "spec" (dict
      "hosts" .hosts
      "location" "MESH_EXTERNAL"
      "resolution" "DNS"
      "ports" (list (dict "name" "https" "number" 443 "protocol" "HTTPS"))
    )
    | toJson
  }}
{{- end }}
