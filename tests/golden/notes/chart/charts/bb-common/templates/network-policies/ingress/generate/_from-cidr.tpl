{{- /*
Generates the rule of an ingress cidr key.

Inputs: dict with
  root   the root context
  key    the remote key
  local  the output of ingress.parse.local-key, decoded
  path   where the leaf stands, for the message
Output: JSON {name, rules, authorization}; see from-k8s.
*/}}
{{- define "bb-common.network-policies.ingress.generate.from-cidr" }}
  {{- $remote := include "bb-common.network-policies.ingress.parse.cidr-key" . | fromJson }}
  {{- $ports := include "bb-common.network-policies.list-ports" .local | fromJsonArray }}
  {{- $rule := dict "from" (list (dict "ipBlock" (dict "cidr" $remote.cidr))) }}
  {{- if $ports }}
    {{- $_ := set $rule "ports" $ports }}
  {{- end }}
  {{- dict
    "name" (printf "%s-from-%s"
      (include "bb-common.network-policies.name-endpoint" (dict "endpoint" .local "ports" $ports))
      (include "bb-common.network-policies.name-cidr" $remote.cidr)
    )
    "rules" (list $rule)
    "authorization" (dict
      "source" (dict "ipBlocks" (list $remote.cidr))
      "annotations" (dict
        "generated.authorization-policies.bigbang.dev/from-cidr" .key
        "generated.authorization-policies.bigbang.dev/cidr" $remote.cidr
      )
    )
    | toJson
  }}
{{- end }}
