<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
Connection of a service to the main database.
The Engine takes an address; libpq finds user and password in PGUSER and PGPASSWORD, so that neither is part of it.
Enterprise takes its parts.
Input: the root context. Output: YAML map.
*/ -}}
{{- define "anchore.config.database" -}}
{{- $database := .Values.database -}}
{{- if eq .Values.global.edition "enterprise" -}}
user: |2-
  ${ANCHORE_DB_USER}
password: |2-
  ${ANCHORE_DB_PASSWORD}
host: {{ include "anchore.database.host" . | quote }}
port: {{ $database.port | int64 }}
name: {{ $database.name | quote }}
{{- else -}}
db_connect: {{ printf "postgresql://%s:%d/%s" (include "anchore.database.host" .) (int $database.port) $database.name | quote }}
{{- end }}
db_connect_args:
  {{- include "anchore.config.database-arguments" (dict "mode" $database.tls.mode "caFile" ($database.tls.caFile | default .Values.certificates.caFile) "timeout" $database.timeoutSeconds) | nindent 2 }}
db_pool_size: {{ $database.poolSize | int64 }}
db_pool_max_overflow: {{ $database.poolMaxOverflow | int64 }}
{{- end -}}
