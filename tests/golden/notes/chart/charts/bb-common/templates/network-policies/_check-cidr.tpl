{{- /*
Refuses numbers that no IPv4 block has. The caller has matched the key against the grammar.

Inputs: dict with
  root  the root context
  cidr  the block
  key   the key it comes from
  path  where the key stands, for the message
Output: none; may fail.
*/}}
{{- define "bb-common.network-policies.check-cidr" }}
  {{- $isValid := regexMatch `^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.|/)){4}(3[0-2]|[12]?\d)$` .cidr }}
  {{- if not $isValid }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" .root
      "path" .path
      "problem" (printf "%s of key %q is not an IPv4 block; four numbers from 0 to 255 and a length from 0 to 32 make one" .cidr .key)
      "hint" "write a block such as 10.0.0.0/8."
    ) }}
  {{- end }}
{{- end }}
