<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
The program that starts a service.
Input: the root context. Output: text.
*/ -}}
{{- define "anchore.config.manager" -}}
{{- if eq .Values.global.edition "enterprise" }}anchore-enterprise-manager{{ else }}anchore-manager{{ end -}}
{{- end -}}
