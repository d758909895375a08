{{- /*
Names ports in an object name.

Inputs: list of the ports as a NetworkPolicy writes them, and whether they are a range.
Output: `any-port`, `port-80`, `ports-80-443` or `ports-8000-thru-8010`.
*/}}
{{- define "bb-common.network-policies.name-ports" }}
  {{- $ports := index . 0 }}
  {{- $isRange := index . 1 }}
  {{- if not $ports }}
    {{- print "any-port" }}
  {{- else if $isRange }}
    {{- $range := first $ports }}
    {{- printf "ports-%d-thru-%d" (int $range.port) (int $range.endPort) }}
  {{- else }}
    {{- $numbers := list }}
    {{- range $port := $ports }}
      {{- $numbers = append $numbers ($port.port | toString) }}
    {{- end }}
    {{- printf "port%s-%s" (gt (len $ports) 1 | ternary "s" "") (join "-" $numbers) }}
  {{- end }}
{{- end }}
