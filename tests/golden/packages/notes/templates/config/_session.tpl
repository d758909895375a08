<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
How long readers stay signed in.
Input: the root context. Output: YAML map.
*/ -}}
{{- define "<@ package.name @>.config.session" -}}
minutes: {{ .Values.session.minutes }}
{{- end -}}
