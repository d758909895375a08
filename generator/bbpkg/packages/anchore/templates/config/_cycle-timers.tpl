<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
Seconds between two runs of each task, as whole numbers however large they are.
Input: map of task to seconds. Output: YAML map.
*/ -}}
{{- define "anchore.config.cycle-timers" -}}
{{- range $task, $seconds := . }}
{{ $task }}: {{ int64 $seconds }}
{{- end }}
{{- end -}}
