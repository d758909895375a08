<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
A text as part of an address: unlike in a query, a space is %20.
Input: text. Output: text.
*/ -}}
{{- define "anchore.ui.percent-encoded" -}}
{{- . | urlquery | replace "+" "%20" -}}
{{- end -}}
