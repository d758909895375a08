<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
Address of a database for the command line of the manager: without user and password, which libpq finds in PGUSER and PGPASSWORD.
The option --db-use-ssl is never used: it would replace any sslmode by `require`.
Input: host; database, its values; caFile, the key of the CA certificate unless the values name one. Output: text.
*/ -}}
{{- define "anchore.upgrade.database-url" -}}
{{- $mode := .database.tls.mode -}}
{{- printf "postgresql://%s:%d/%s?sslmode=%s" .host (int .database.port) .database.name $mode -}}
{{- if has $mode (list "verify-ca" "verify-full") -}}
{{- printf "&sslrootcert=<@ package.component("api").main.certificates_path @>/%s" (.database.tls.caFile | default .caFile) -}}
{{- end -}}
{{- end -}}
