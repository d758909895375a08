<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
Arguments of libpq. The key `ssl` is never written: it would replace any sslmode by `require`.
Input: mode; caFile, a file name in the certificate Secret; timeout, in seconds. Output: YAML map.
*/ -}}
{{- define "anchore.config.database-arguments" -}}
connect_timeout: {{ .timeout | int64 }}
sslmode: {{ .mode }}
{{- if has .mode (list "verify-ca" "verify-full") }}
sslrootcert: /home/anchore/certs/{{ .caFile }}
{{- end }}
{{- end -}}
