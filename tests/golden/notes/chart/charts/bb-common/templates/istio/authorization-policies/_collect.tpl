{{- /*
Collects the default AuthorizationPolicies that are on, with their hook copies, and the additional ones.

Inputs: the root context.
Output: AuthorizationPolicies, as a JSON list.
*/}}
{{- define "bb-common.istio.authorization-policies.collect" }}
  {{- $root := . }}
  {{- $policies := list }}
  {{- if ($root.Values.istio.authorizationPolicies | default dict).enabled }}
    {{- $policies = include "bb-common.istio.authorization-policies.defaults.collect" $root | fromJsonArray }}
    {{- $policies = concat $policies (include "bb-common.istio.authorization-policies.collect-additional" $root | fromJsonArray) }}
  {{- end }}
  {{- $policies | toJson }}
{{- end }}
