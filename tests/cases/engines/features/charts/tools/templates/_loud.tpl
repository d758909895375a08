{{- define "tools.loud" -}}{{ . | upper }}{{- end -}}
