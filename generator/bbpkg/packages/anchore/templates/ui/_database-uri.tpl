<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
Address of the main database for the UI, with percent-encoded user and password.
Input: the root context. Output: text.
*/ -}}
{{- define "anchore.ui.database-uri" -}}
{{- $database := .Values.database -}}
{{- $login := printf "%s:%s" (include "anchore.ui.percent-encoded" $database.username) (include "anchore.ui.percent-encoded" $database.password) -}}
{{- $uri := printf "postgresql://%s@%s:%d/%s" $login (include "anchore.database.host" .) (int $database.port) $database.name -}}
{{- if has $database.tls.mode (list "require" "verify-ca" "verify-full") -}}
{{- $uri = printf "%s?ssl=%s" $uri $database.tls.mode -}}
{{- end -}}
{{- $uri -}}
{{- end -}}
