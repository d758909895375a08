{{- /*
Collects the definitions of a direction: the built-in ones, each replaced as a whole by the user's of its name.

Inputs: dict with
  root       the root context
  direction  `ingress` or `egress`
Output: JSON map of name to NetworkPolicy rule.
*/}}
{{- define "bb-common.network-policies.collect-definitions" }}
  {{- $root := .root }}
  {{- $definitions := include (printf "bb-common.network-policies.%s.definitions.built-in" .direction) $root | fromYaml }}
  {{- range $name, $definition := (get $root.Values.networkPolicies .direction | default dict).definitions }}
    {{- $_ := set $definitions $name $definition }}
  {{- end }}
  {{- $definitions | toJson }}
{{- end }}
