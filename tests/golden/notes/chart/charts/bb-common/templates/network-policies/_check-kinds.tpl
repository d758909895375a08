{{- /*
Refuses a kind of rule that does not exist; it would be dropped without a word.

Inputs: dict with
  root   the root context
  rules  the map under `from` (ingress) or `to` (egress)
  path   where it stands, for the message
Output: none; may fail.
*/}}
{{- define "bb-common.network-policies.check-kinds" }}
  {{- $root := .root }}
  {{- $path := .path }}
  {{- $kinds := list "cidr" "definition" "k8s" "literal" }}
  {{- range $kind, $leaves := .rules }}
    {{- if not (has $kind $kinds) }}
      {{- include "bb-common.utils.fail-with-hint" (dict
        "root" $root
        "path" $path
        "problem" (printf "%q is not a kind of rule; the kinds are %s" $kind (join ", " $kinds))
        "hint" (printf "write the rule one level deeper:\n%s:\n  k8s:\n    my-namespace/my-pod: true" (splitList "." $path | last))
      ) }}
    {{- end }}
    {{- if not (or (kindIs "map" $leaves) (kindIs "invalid" $leaves)) }}
      {{- include "bb-common.utils.fail-with-hint" (dict
        "root" $root
        "path" (printf "%s.%s" $path $kind)
        "problem" (printf "%s is not a map of rules" ($leaves | toJson))
        "hint" (printf "write the rule as a key, such as\n%s:\n  %s: true" $kind (kindIs "string" $leaves | ternary $leaves "my-rule"))
      ) }}
    {{- end }}
  {{- end }}
{{- end }}
