{{- /*
Names an address block in an object name.

Inputs: a CIDR string.
Output: `anywhere` or `cidr-10-0-0-0-8`.
*/}}
{{- define "bb-common.network-policies.name-cidr" }}
  {{- if eq . "0.0.0.0/0" }}
    {{- print "anywhere" }}
  {{- else }}
    {{- printf "cidr-%s" (regexReplaceAll "[./]" . "-") }}
  {{- end }}
{{- end }}
