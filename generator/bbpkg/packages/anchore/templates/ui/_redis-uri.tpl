<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
Address of Redis for the UI. Releases up to 5.0 need a user name before the password, which Redis ignores.
Input: the root context. Output: text.
*/ -}}
{{- define "anchore.ui.redis-uri" -}}
{{- $scheme := ternary "rediss" "redis" .Values.redis.tls.enabled -}}
{{- printf "%s://nouser:%s@%s:%d" $scheme (include "anchore.ui.percent-encoded" .Values.redis.password) (include "anchore.redis.host" .) (int .Values.redis.port) -}}
{{- end -}}
