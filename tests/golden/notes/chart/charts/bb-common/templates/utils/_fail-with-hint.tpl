{{- /*
Stops rendering with a message that says where, what is wrong, what is allowed and what to type.

Inputs: dict with
  root     the root context
  path     path of the bad value, below the values of this chart
  problem  what is wrong, with the value; what is allowed
  hint     what to type, as one or more lines
Output: none; fails.
*/}}
{{- define "bb-common.utils.fail-with-hint" }}
  {{- $path := printf "%s%s" (include "bb-common.utils.values-prefix" .root) .path }}
  {{- fail (printf "%s: %s.\nhint: %s" $path (.problem | trimSuffix ".") .hint) }}
{{- end }}
