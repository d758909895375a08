{{- /*
Refuses an object name that Kubernetes would refuse for its length: a list of ports in a key can make one.

Inputs: dict with
  root  the root context
  name  the object name
  path  where the rule stands, for the message
Output: none; may fail.
*/}}
{{- define "bb-common.network-policies.check-name" }}
  {{- if gt (len .name) 253 }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" .root
      "path" .path
      "problem" (printf "it makes an object name of %d characters, %s...; 253 are allowed" (len .name) (trunc 80 .name))
      "hint" "split the list of ports over several keys; for a range of ports to an address block, write a literal rule with port and endPort."
    ) }}
  {{- end }}
{{- end }}
