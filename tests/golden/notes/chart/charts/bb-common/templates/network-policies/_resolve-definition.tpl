{{- /*
Finds a definition, and checks that it has peers.

Inputs: dict with
  root         the root context
  direction    `ingress` or `egress`
  name         the definition's name
  definitions  the output of collect-definitions, decoded
  path         where the rule stands, for the message
Output: the definition, one NetworkPolicy rule, as JSON.
*/}}
{{- define "bb-common.network-policies.resolve-definition" }}
  {{- $peers := eq .direction "egress" | ternary "to" "from" }}
  {{- $definition := get .definitions .name }}
  {{- if not $definition }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" .root
      "path" .path
      "problem" (printf "there is no %s definition %q; known are %s" .direction .name (without (keys .definitions | sortAlpha) .name | join ", "))
      "hint" (printf "use one of these, or add\nnetworkPolicies:\n  %s:\n    definitions:\n      %s:\n        %s:\n          - ipBlock: {cidr: 10.0.0.0/8}" .direction .name $peers)
    ) }}
  {{- end }}
  {{- if not (get $definition $peers) }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" .root
      "path" (printf "networkPolicies.%s.definitions.%s" .direction .name)
      "problem" (printf "the definition has no %q; %s definitions need it" $peers .direction)
      "hint" (printf "add\n%s:\n  - ipBlock: {cidr: 10.0.0.0/8}" $peers)
    ) }}
  {{- end }}
  {{- $definition | toJson }}
{{- end }}
