<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
Connection of the feeds service to its own database.
Input: the root context. Output: YAML map.
*/ -}}
{{- define "anchore.config.feeds-database" -}}
{{- $database := .Values.feedsDatabase -}}
user: |2-
  ${ANCHORE_FEEDS_DB_USER}
password: |2-
  ${ANCHORE_FEEDS_DB_PASSWORD}
host: {{ include "anchore.feeds-database.host" . | quote }}
port: {{ $database.port | int64 }}
name: {{ $database.name | quote }}
db_connect_args:
  {{- include "anchore.config.database-arguments" (dict "mode" $database.tls.mode "caFile" ($database.tls.caFile | default .Values.certificates.caFile) "timeout" .Values.database.timeoutSeconds) | nindent 2 }}
db_pool_size: {{ .Values.database.poolSize | int64 }}
db_pool_max_overflow: {{ .Values.database.poolMaxOverflow | int64 }}
{{- end -}}
