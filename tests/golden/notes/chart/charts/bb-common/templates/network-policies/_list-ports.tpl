{{- /*
Lists the ports of a parsed endpoint as a NetworkPolicy writes them.

Inputs: the output of parse-endpoint.
Output: JSON list of {port, protocol[, endPort]}; empty for any port.
*/}}
{{- define "bb-common.network-policies.list-ports" }}
  {{- $endpoint := . }}
  {{- $ports := list }}
  {{- if $endpoint.isRange }}
    {{- $ports = list (dict "port" (first $endpoint.ports) "endPort" (last $endpoint.ports) "protocol" $endpoint.protocol) }}
  {{- else }}
    {{- range $port := $endpoint.ports }}
      {{- $ports = append $ports (dict "port" $port "protocol" $endpoint.protocol) }}
    {{- end }}
  {{- end }}
  {{- $ports | toJson }}
{{- end }}
