{{- /*
Generates the rule of an egress definition key.

Inputs: dict with
  root  the root context
  key   the remote key
  path  where the leaf stands, for the message
Output: JSON {name, rules, annotations}; see from-k8s.
*/}}
{{- define "bb-common.network-policies.egress.generate.from-definition" }}
  {{- include "bb-common.network-policies.check-definition-key" (dict "root" .root "direction" "egress" "key" .key "path" .path) }}
  {{- $rule := include "bb-common.network-policies.resolve-definition" (dict "root" .root "direction" "egress" "name" .key "definitions" .definitions "path" .path) | fromJson }}
  {{- dict
    "name" (printf "to-%s" (lower .key))
    "rules" (list $rule)
    "annotations" (dict "generated.network-policies.bigbang.dev/from-definition" .key)
    | toJson
  }}
{{- end }}
