<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
Where the policy engine finds the list of vulnerability databases.
Input: the root context. Output: text.
*/ -}}
{{- define "anchore.config.grype-db-url" -}}
{{- if .Values.feeds.grypeDbUrl -}}
{{- .Values.feeds.grypeDbUrl -}}
{{- else if eq .Values.global.edition "enterprise" -}}
{{- printf "http://%s:<@ package.component("feeds").port("http").number @>/v1/databases/grypedb" (include "anchore.names.host" (dict "root" . "suffix" "feeds")) -}}
{{- else -}}
https://toolbox-data.anchore.io/grype/databases/listing.json
{{- end -}}
{{- end -}}
