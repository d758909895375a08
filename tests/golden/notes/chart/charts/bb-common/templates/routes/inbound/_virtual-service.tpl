{{- /*
The VirtualService of an inbound route.

Inputs: dict with
  root   the root context
  name   the route's name
  route  its values
  hosts  its evaluated hosts
  path   where it stands, for messages
Output: the object, as JSON.
*/}}
{{- define "bb-common.routes.inbound.virtual-service" }}
  {{- $route := .route }}
  {{- $spec := dict "gateways" $route.gateways "hosts" .hosts }}
  {{- $passthrough := $route.passthrough | default dict }}
  {{- if $passthrough.enabled }}
    {{- $_ := set $spec "tls" (list (dict
      "match" (list (dict "port" ($passthrough.gatewayPort | default 8443 | int) "sniHosts" .hosts))
      "route" (list (dict "destination" (include "bb-common.routes.inbound.build-destination" . | fromJson)))
    )) }}
  {{- else if $route.http }}
    {{- $_ := set $spec "http" (include "bb-common.routes.inbound.evaluate-http" . | fromJsonArray) }}
  {{- else }}
    {{- $_ := set $spec "http" (list (dict
      "route" (list (dict "destination" (include "bb-common.routes.inbound.build-destination" . | fromJson)))
    )) }}
  {{- end }}
  {{- dict
    "apiVersion" "networking.istio.io/v1"
    "kind" "VirtualService"
    "metadata" (include "bb-common.routes.build-metadata" (dict "root" .root "name" .name "route" $route) | fromJson)
    "spec" $spec
    | toJson
  }}
{{- end }}
