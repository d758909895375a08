{{- /*
Generates the rule of an egress cidr key. Of `networkPolicies.egress.excludeCIDRs`, those that lie within the block, and are
not the block itself, become exceptions.

Inputs: dict with
  root  the root context
  key   the remote key
  path  where the leaf stands, for the message
Output: JSON {name, rules}; see from-k8s.
*/}}
{{- define "bb-common.network-policies.egress.generate.from-cidr" }}
  {{- $remote := include "bb-common.network-policies.egress.parse.cidr-key" . | fromJson }}
  {{- $egress := .root.Values.networkPolicies.egress }}

  {{- $exceptions := list }}
  {{- range $excluded := hasKey $egress "excludeCIDRs" | ternary $egress.excludeCIDRs (list "169.254.169.254/32") }}
    {{- $isInside := include "bb-common.utils.cidr-contains" (list $remote.cidr $excluded) | eq "true" }}
    {{- if and $isInside (ne $excluded $remote.cidr) }}
      {{- $exceptions = append $exceptions $excluded }}
    {{- end }}
  {{- end }}
  {{- $ipBlock := dict "cidr" $remote.cidr }}
  {{- if $exceptions }}
    {{- $_ := set $ipBlock "except" $exceptions }}
  {{- end }}

  {{- $ports := include "bb-common.network-policies.list-ports" $remote | fromJsonArray }}
  {{- $rule := dict "to" (list (dict "ipBlock" $ipBlock)) }}
  {{- if $ports }}
    {{- $_ := set $rule "ports" $ports }}
  {{- end }}
  {{- dict
    "name" (printf "to-%s-%s"
      (include "bb-common.network-policies.name-cidr" $remote.cidr)
      (include "bb-common.network-policies.name-endpoint" (dict "endpoint" $remote "ports" $ports))
    )
    "rules" (list $rule)
    | toJson
  }}
{{- end }}
