{{- /*
Checks key and value of a literal rule.

Inputs: dict with
  root       the root context
  direction  `ingress` or `egress`
  key        the key
  leaf       the value
  path       where it stands, for the message
Output: none; may fail.
*/}}
{{- define "bb-common.network-policies.check-literal" }}
  {{- $peers := eq .direction "egress" | ternary "to" "from" }}
  {{- if not (regexMatch `^[A-Za-z0-9-]+$` .key) }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" .root
      "path" .path
      "problem" (printf "%s literal key %q does not match NAME, which is letters, digits and -; a literal rule takes no shorthand" .direction .key)
      "hint" "write any name; it becomes part of the object name."
    ) }}
  {{- end }}
  {{- if not (and (kindIs "map" .leaf) (kindIs "slice" .leaf.spec)) }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" .root
      "path" .path
      "problem" (printf "%s has no spec; a literal rule needs a list of NetworkPolicy %s rules there" (.leaf | toJson) .direction)
      "hint" (printf "write\n%s:\n  enabled: true\n  spec:\n    - %s:\n        - podSelector: {}" .key $peers)
    ) }}
  {{- end }}
{{- end }}
