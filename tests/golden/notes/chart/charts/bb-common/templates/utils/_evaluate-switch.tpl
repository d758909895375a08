{{- /*
Evaluates an `enabled` that is a boolean, or a string whose template gives "true" or "false".

Inputs: dict with
  root   the root context
  value  the value of `enabled`; absent or null means false
  path   where the value stands, for the message
Output: "true", or nothing.
*/}}
{{- define "bb-common.utils.evaluate-switch" }}
  {{- $root := .root }}
  {{- $state := .value }}
  {{- if kindIs "string" $state }}
    {{- $state = tpl $state $root | trim }}
    {{- if not (has $state (list "true" "false")) }}
      {{- include "bb-common.utils.fail-with-hint" (dict
        "root" $root
        "path" .path
        "problem" (printf "%q evaluates to %q; it must evaluate to true or false" .value $state)
        "hint" `write true, false, or a template that gives one of them, such as "{{ eq .Values.global.edition \"enterprise\" }}".`
      ) }}
    {{- end }}
    {{- $state = eq $state "true" }}
  {{- else if and (not (kindIs "bool" $state)) (not (kindIs "invalid" $state)) }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" $root
      "path" .path
      "problem" (printf "%s is neither true nor false" ($state | toJson))
      "hint" "write true, false, or a template string that gives one of them."
    ) }}
  {{- end }}
  {{- if $state }}
    {{- print "true" }}
  {{- end }}
{{- end }}
