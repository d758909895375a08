{{- /*
The AuthorizationPolicy that allows requests from a route's first gateway.

Inputs: dict with
  root      the root context
  name      the route's name
  route     its values
  gateway   {namespace, name} of its first gateway
  selector  labels of the pods behind the route
Output: the object, as JSON.
*/}}
{{- define "bb-common.routes.inbound.authorization-policy" }}
  {{- $gateway := .gateway }}
  {{- $source := dict
    "namespaces" (list $gateway.namespace)
    "principals" (list (printf "cluster.local/ns/%s/sa/%s-ingressgateway-service-account" $gateway.namespace $gateway.name))
  }}
  {{- dict
    "apiVersion" "security.istio.io/v1"
    "kind" "AuthorizationPolicy"
    "metadata" (include "bb-common.routes.build-metadata" (dict "root" .root "name" (printf "%s-%s-authz-policy" .name $gateway.name) "route" .route) | fromJson)
    "spec" (dict
      "action" "ALLOW"
      "selector" (dict "matchLabels" .selector)
      "rules" (list (dict "from" (list (dict "source" $source))))
    )
    | toJson
  }}
{{- end }}
