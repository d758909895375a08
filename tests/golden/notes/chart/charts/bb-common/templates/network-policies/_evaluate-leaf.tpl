{{- /*
Tells whether a rule is on, and refuses keys that would have no effect on a rule of its kind.

Inputs: dict with
  root  the root context
  kind  `k8s`, `cidr`, `definition` or `literal`
  leaf  the value of the remote key: a switch, or a map that may hold one
  path  where the leaf stands, for the message
Output: "true", or nothing.
*/}}
{{- define "bb-common.network-policies.evaluate-leaf" }}
  {{- $root := .root }}
  {{- $kind := .kind }}
  {{- $leaf := .leaf }}
  {{- $path := .path }}
  {{- if kindIs "map" $leaf }}
    {{- if ne $kind "k8s" }}
      {{- range $key := list "podSelector" "namespaceSelector" }}
        {{- if hasKey $leaf $key }}
          {{- include "bb-common.utils.fail-with-hint" (dict
            "root" $root
            "path" $path
            "problem" (printf "%q selects nothing in a %s rule; only k8s rules take selectors" $key $kind)
            "hint" (printf "delete %s, or write the rule under k8s." $key)
          ) }}
        {{- end }}
      {{- end }}
    {{- end }}
    {{- $switch := hasKey $leaf "enabled" | ternary $leaf.enabled true }}
    {{- include "bb-common.utils.evaluate-switch" (dict "root" $root "value" $switch "path" (printf "%s.enabled" $path)) }}
  {{- else if kindIs "bool" $leaf }}
    {{- if $leaf }}
      {{- print "true" }}
    {{- end }}
  {{- else }}
    {{- include "bb-common.utils.evaluate-switch" (dict "root" $root "value" $leaf "path" $path) }}
  {{- end }}
{{- end }}
