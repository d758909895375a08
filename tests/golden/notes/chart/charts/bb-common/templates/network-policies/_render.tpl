{{- /*
Entry point: prints the NetworkPolicies of `networkPolicies`, and the AuthorizationPolicies that follow from them.

Inputs: the root context.
Output: YAML documents.
*/}}
{{- define "bb-common.network-policies.render" }}
  {{- $root := . }}
  {{- if not (kindIs "map" $root.Values.networkPolicies) }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" $root
      "path" "networkPolicies"
      "problem" (printf "%s is not a map; a chart that includes \"bb-common.network-policies.render\" must have this key" ($root.Values.networkPolicies | toJson))
      "hint" "add to values.yaml:\nnetworkPolicies:\n  enabled: false"
    ) }}
  {{- end }}

  {{- if $root.Values.networkPolicies.enabled }}
    {{- include "bb-common.utils.refuse-both-forms" (dict "root" $root "area" "networkPolicies") }}
    {{- include "bb-common.utils.print-resources" (include "bb-common.network-policies.egress.collect" $root | fromJsonArray) }}
    {{- $ingress := include "bb-common.network-policies.ingress.collect" $root | fromJson }}
    {{- include "bb-common.utils.print-resources" $ingress.networkPolicies }}
    {{- include "bb-common.utils.print-resources" $ingress.authorizationPolicies }}
    {{- include "bb-common.utils.print-resources" (include "bb-common.network-policies.collect-additional" $root | fromJsonArray) }}
  {{- end }}
{{- end }}
