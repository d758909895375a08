{{- define "shop.config.greeting" -}}hello{{- end -}}
