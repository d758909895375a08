{{- /*
Copies objects as Helm hooks, named `<name>-as-hook`, so that they exist in phases in which the release does not.

Inputs: list of the objects, the hook types, the weight, the delete policies.
Output: the copies only, as a JSON list.
*/}}
{{- define "bb-common.utils.as-hooks" }}
  {{- $resources := index . 0 }}
  {{- $annotations := dict
    "helm.sh/hook" (join "," (index . 1))
    "helm.sh/hook-weight" (index . 2 | toString)
    "helm.sh/hook-delete-policy" (join "," (index . 3))
  }}

  {{- $hooks := list }}
  {{- range $resource := $resources }}
    {{- $hooks = append $hooks (mergeOverwrite (deepCopy $resource) (dict "metadata" (dict
      "name" (printf "%s-as-hook" $resource.metadata.name)
      "annotations" $annotations
    ))) }}
  {{- end }}
  {{- $hooks | toJson }}
{{- end }}
