{{- define "features.name" -}}{{ .Release.Name }}-{{ .Chart.Name }}{{- end -}}
