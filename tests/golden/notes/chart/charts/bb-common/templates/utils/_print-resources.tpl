{{- /*
Prints Kubernetes objects as YAML documents; the only place of this chart, besides the self-test, that does.

Inputs: a list of objects, or null.
Output: YAML documents, in the order of the list, with names made unique.
*/}}
{{- define "bb-common.utils.print-resources" }}
  {{- $resources := . | default list }}

  {{- /* De-duplication copies the whole list through JSON, and hardly ever has work to do. */}}
  {{- $names := dict }}
  {{- range $resource := $resources }}
    {{- $_ := set $names (printf "%s/%s" $resource.kind $resource.metadata.name) true }}
  {{- end }}
  {{- if lt (len $names) (len $resources) }}
    {{- $resources = include "bb-common.utils.dedupe" $resources | fromJsonArray }}
  {{- end }}

  {{- range $resource := $resources }}
    {{- print "---\n" | nindent 0 }}
    {{- $resource | toYaml }}
  {{- end }}
{{- end }}
