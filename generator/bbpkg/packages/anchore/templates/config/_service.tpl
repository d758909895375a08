<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
What the block of every service has in common.
Input: root; suffix, the name of the component whose Service leads here; port. Output: YAML map.
*/ -}}
{{- define "anchore.config.service" -}}
enabled: true
require_auth: true
endpoint_hostname: {{ include "anchore.names.host" . }}
listen: {{ .root.Values.listenAddress | quote }}
port: {{ .port | int64 }}
max_request_threads: 50
{{- end -}}
