{{- /*
Matches the key of a definition rule against its grammar.

Inputs: dict with
  root       the root context
  direction  `ingress` or `egress`
  key        the key
  path       where it stands, for the message
Output: none; may fail.
*/}}
{{- define "bb-common.network-policies.check-definition-key" }}
  {{- if not (regexMatch `^[\w-]+$` .key) }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" .root
      "path" .path
      "problem" (printf "%s definition key %q does not match NAME, which is letters, digits, _ and -" .direction .key)
      "hint" (printf "write the name of a definition; its peers and ports stand in networkPolicies.%s.definitions." .direction)
    ) }}
  {{- end }}
{{- end }}
