{{- /*
Collects the objects of the inbound routes that are on, route by route in order of their names.

Inputs: the root context.
Output: VirtualServices, ServiceEntries, NetworkPolicies and AuthorizationPolicies, as a JSON list.
*/}}
{{- define "bb-common.routes.inbound.collect" }}
  {{- $root := . }}
  {{- $hasNetworkPolicies := ($root.Values.networkPolicies | default dict).enabled }}
  {{- $hasAuthorizationPolicies := (($root.Values.istio | default dict).authorizationPolicies | default dict).enabled }}
  {{- $resources := list }}
  {{- range $name, $values := $root.Values.routes.inbound }}
    {{- $path := printf "routes.inbound.%s" $name }}
    {{- $values = $values | default dict }}
    {{- if not (include "bb-common.utils.evaluate-switch" (dict "root" $root "value" $values.enabled "path" (printf "%s.enabled" $path))) }}
      {{- continue }}
    {{- end }}

    {{- $gateway := include "bb-common.routes.inbound.parse-gateway" (dict "root" $root "gateways" $values.gateways "path" (printf "%s.gateways" $path)) | fromJson }}
    {{- $hosts := include "bb-common.routes.evaluate-hosts" (dict "root" $root "hosts" $values.hosts "path" (printf "%s.hosts" $path)) | fromJsonArray }}
    {{- include "bb-common.routes.inbound.check-selector" (dict "root" $root "selector" $values.selector "name" $name "path" (printf "%s.selector" $path)) }}
    {{- $selector := $values.selector | default (dict "app.kubernetes.io/name" $name) }}
    {{- $route := dict "root" $root "name" $name "route" $values "path" $path "gateway" $gateway "hosts" $hosts "selector" $selector }}

    {{- $resources = append $resources (include "bb-common.routes.inbound.virtual-service" $route | fromJson) }}
    {{- $resources = append $resources (include "bb-common.routes.inbound.service-entry" $route | fromJson) }}
    {{- $isInjected := false }}
    {{- if $hasNetworkPolicies }}
      {{- $policy := include "bb-common.routes.inbound.network-policy" $route | fromJson }}
      {{- $isInjected = hasKey ($policy.metadata.labels | default dict) "ambient.istio.network-policies.bigbang.dev/hbone-injected" }}
      {{- $resources = append $resources $policy }}
    {{- end }}
    {{- if $hasAuthorizationPolicies }}
      {{- $policy := include "bb-common.routes.inbound.authorization-policy" $route | fromJson }}
      {{- if and $isInjected $policy.metadata.labels }}
        {{- /* The official chart labels the route's AuthorizationPolicy too if the route has labels: they share them. */}}
        {{- $_ := set $policy.metadata.labels "ambient.istio.network-policies.bigbang.dev/hbone-injected" "true" }}
      {{- end }}
      {{- $resources = append $resources $policy }}
    {{- end }}
  {{- end }}
  {{- $resources | toJson }}
{{- end }}
