{{- /*
Generates the rules of an ingress literal key: those in its spec, as they stand.

Inputs: dict with
  root  the root context
  key   the remote key
  leaf  its value
  path  where the leaf stands, for the message
Output: JSON {name, rules, annotations}; see from-k8s.
*/}}
{{- define "bb-common.network-policies.ingress.generate.from-literal" }}
  {{- include "bb-common.network-policies.check-literal" (dict "root" .root "direction" "ingress" "key" .key "leaf" .leaf "path" .path) }}
  {{- dict
    "name" (printf "from-%s" (lower .key))
    "rules" .leaf.spec
    "annotations" (dict "generated.network-policies.bigbang.dev/from-spec-literal" (toYaml .leaf.spec))
    | toJson
  }}
{{- end }}
