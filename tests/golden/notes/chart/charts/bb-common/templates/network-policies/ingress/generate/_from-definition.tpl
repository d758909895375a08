{{- /*
Generates the rule of an ingress definition key. Ports of the local key replace those of the definition.

Inputs: dict with
  root         the root context
  key          the remote key
  local        the output of ingress.parse.local-key, decoded
  definitions  the output of collect-definitions, decoded
  path         where the leaf stands, for the message
Output: JSON {name, rules}; see from-k8s.
*/}}
{{- define "bb-common.network-policies.ingress.generate.from-definition" }}
  {{- include "bb-common.network-policies.check-definition-key" (dict "root" .root "direction" "ingress" "key" .key "path" .path) }}
  {{- $rule := include "bb-common.network-policies.resolve-definition" (dict "root" .root "direction" "ingress" "name" .key "definitions" .definitions "path" .path) | fromJson }}
  {{- $name := printf "from-%s" (lower .key) }}
  {{- $ports := include "bb-common.network-policies.list-ports" .local | fromJsonArray }}
  {{- if $ports }}
    {{- $_ := set $rule "ports" $ports }}
    {{- $name = printf "%s-%s" (include "bb-common.network-policies.name-ports" (list $ports .local.isRange)) $name }}
  {{- end }}
  {{- dict "name" $name "rules" (list $rule) | toJson }}
{{- end }}
