<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
Region for which S3 requests are signed when a driver talks to an endpoint.
Input: the root context. Output: text; nothing when no driver needs it.
*/ -}}
{{- define "anchore.config.aws-region" -}}
{{- $store := .Values.objectStorage -}}
{{- $archive := .Values.analysisArchive -}}
{{- if and (eq $store.driver "s3") $store.s3.endpoint $store.s3.region -}}
{{- $store.s3.region -}}
{{- else if and $archive.enabled (eq $archive.driver "s3") $archive.s3.endpoint $archive.s3.region -}}
{{- $archive.s3.region -}}
{{- end -}}
{{- end -}}
