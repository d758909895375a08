{{- /*
Matches an egress local key against its grammar; ports of egress stand in the remote key.

The official chart matches no egress local key; a name with dots is the one thing beyond the grammar that works there.

Inputs: dict with
  root  the root context
  key   the key
  path  where it stands, for the message
Output: none; may fail.
*/}}
{{- define "bb-common.network-policies.egress.parse.local-key" }}
  {{- if not (regexMatch `^([\w.-]+|\*)$` .key) }}
    {{- $name := regexReplaceAll `^[a-z]+://|:.*$` .key "" | default "my-pod" }}
    {{- $hint := `write a name such as api, or "*" for every pod.` }}
    {{- if contains ":" .key }}
      {{- $hint = printf "ports of egress stand in the remote key: write\nfrom:\n  %s:\n    to:\n      k8s:\n        my-namespace/my-pod:8080: true" $name }}
    {{- end }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" .root
      "path" .path
      "problem" (printf "egress local key %q does not match NAME or \"*\", where NAME is letters, digits, _, . and -" .key)
      "hint" $hint
    ) }}
  {{- end }}
{{- end }}
