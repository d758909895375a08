{{- /*
Names protocol and ports of a parsed endpoint in an object name.

Inputs: dict with
  endpoint  the output of parse-endpoint
  ports     the output of list-ports, decoded
Output: `any-port` or `<protocol>-<ports>`.
*/}}
{{- define "bb-common.network-policies.name-endpoint" }}
  {{- if .ports }}
    {{- printf "%s-" (lower .endpoint.protocol) }}
  {{- end }}
  {{- include "bb-common.network-policies.name-ports" (list .ports .endpoint.isRange) }}
{{- end }}
