{{- /*
Parses an ingress local key.

Inputs: dict with
  root  the root context
  key   the key
  path  where it stands, for the message
Output: the output of parse-endpoint, as JSON; subject is the name.
*/}}
{{- define "bb-common.network-policies.ingress.parse.local-key" }}
  {{- if not (regexMatch `^((tcp|udp)://)?[\w-]+(:(\d+-\d+|\[?\d+(,\d+)*\]?))?$` .key) }}
    {{- $hint := `write a key such as api, api:8080, udp://dns:53, api:8000-8010 or "api:[80,443]".` }}
    {{- if hasPrefix "*" (regexReplaceAll "^(tcp|udp)://" .key "") }}
      {{- $hint = "give the rule a name, and select every pod with\npodSelector:\n  matchExpressions:\n    - {key: app.kubernetes.io/name, operator: Exists}" }}
    {{- end }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" .root
      "path" .path
      "problem" (printf "ingress local key %q does not match [tcp://|udp://]NAME[:PORTS], where NAME is letters, digits, _ and -, and PORTS is 8080, 8000-8010, [80,443] or 80,443" .key)
      "hint" $hint
    ) }}
  {{- end }}
  {{- include "bb-common.network-policies.parse-endpoint" . }}
{{- end }}
