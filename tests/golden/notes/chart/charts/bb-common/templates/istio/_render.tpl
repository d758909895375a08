{{- /*
Entry point: prints the Istio objects of `istio`, but for the AuthorizationPolicies that follow from NetworkPolicies.

Inputs: the root context.
Output: YAML documents.
*/}}
{{- define "bb-common.istio.render" }}
  {{- $root := . }}
  {{- $istio := $root.Values.istio | default dict }}
  {{- if $istio.enabled }}
    {{- include "bb-common.utils.refuse-both-forms" (dict "root" $root "area" "istio") }}
    {{- $resources := list }}
    {{- if ($istio.sidecar | default dict).enabled }}
      {{- $resources = append $resources (include "bb-common.istio.defaults.sidecar" $root | fromJson) }}
    {{- end }}
    {{- $resources = append $resources (include "bb-common.istio.defaults.peer-authentication" $root | fromJson) }}
    {{- $resources = concat $resources (include "bb-common.istio.authorization-policies.collect" $root | fromJsonArray) }}
    {{- $resources = concat $resources (include "bb-common.istio.custom.collect" (dict
      "root" $root
      "apiVersion" "networking.istio.io/v1"
      "kind" "ServiceEntry"
      "entries" ($istio.serviceEntries | default dict).custom
      "path" "istio.serviceEntries.custom"
    ) | fromJsonArray) }}
    {{- $resources = concat $resources (include "bb-common.istio.custom.collect" (dict
      "root" $root
      "apiVersion" "security.istio.io/v1"
      "kind" "AuthorizationPolicy"
      "entries" ($istio.authorizationPolicies | default dict).custom
      "path" "istio.authorizationPolicies.custom"
    ) | fromJsonArray) }}
    {{- include "bb-common.utils.print-resources" $resources }}
  {{- end }}
{{- end }}
