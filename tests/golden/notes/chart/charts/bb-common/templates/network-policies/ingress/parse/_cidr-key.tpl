{{- /*
Parses the key of an ingress cidr rule.

Inputs: dict with
  root  the root context
  key   the key
  path  where it stands, for the message
Output: JSON {cidr}.
*/}}
{{- define "bb-common.network-policies.ingress.parse.cidr-key" }}
  {{- if not (regexMatch `^(\d+\.){3}\d+/\d+$` .key) }}
    {{- $hint := "write a block such as 10.0.0.0/8; 10.1.2.3/32 is one address." }}
    {{- if regexMatch `/\d+:` .key }}
      {{- $hint = printf "ports of ingress stand in the local key: write\nto:\n  my-pod:8080:\n    from:\n      cidr:\n        %s: true" (regexReplaceAll `^[a-z]+://|:[^/]*$` .key "") }}
    {{- end }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" .root
      "path" .path
      "problem" (printf "ingress cidr key %q does not match A.B.C.D/LENGTH (IPv4)" .key)
      "hint" $hint
    ) }}
  {{- end }}
  {{- include "bb-common.network-policies.check-cidr" (dict "root" .root "cidr" .key "key" .key "path" .path) }}
  {{- dict "cidr" .key | toJson }}
{{- end }}
