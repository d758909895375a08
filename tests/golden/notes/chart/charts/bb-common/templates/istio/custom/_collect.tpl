{{- /*
Collects objects that the user wrote in full.

Inputs: dict with
  root        the root context
  apiVersion  of the objects
  kind        of the objects
  entries     list of {name, labels, annotations, spec}
  path        where the list stands, for the message
Output: the objects, as a JSON list.
*/}}
{{- define "bb-common.istio.custom.collect" }}
  {{- $root := .root }}
  {{- $apiVersion := .apiVersion }}
  {{- $kind := .kind }}
  {{- $path := .path }}
  {{- $resources := list }}
  {{- range $index, $entry := .entries }}
    {{- if not (and $entry.name (kindIs "map" $entry.spec)) }}
      {{- include "bb-common.utils.fail-with-hint" (dict
        "root" $root
        "path" (printf "%s[%d]" $path $index)
        "problem" (printf "%s lacks a name or a spec; each entry needs both" ($entry | toJson))
        "hint" (printf "write\n- name: my-name\n  spec:\n    # the spec of a %s" $kind)
      ) }}
    {{- end }}
    {{- $resources = append $resources (include "bb-common.istio.build-resource" (dict
      "root" $root
      "apiVersion" $apiVersion
      "kind" $kind
      "name" $entry.name
      "labels" $entry.labels
      "annotations" $entry.annotations
      "spec" $entry.spec
    ) | fromJson) }}
  {{- end }}
  {{- $resources | toJson }}
{{- end }}
