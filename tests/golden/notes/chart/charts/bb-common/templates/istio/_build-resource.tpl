{{- /*
Builds an Istio object.

Inputs: dict with
  root         the root context
  apiVersion   of the object
  kind         of the object
  name         full name, without release name
  labels       optional
  annotations  optional
  spec         of the object
Output: the object, as JSON.
*/}}
{{- define "bb-common.istio.build-resource" }}
  {{- $root := .root }}
  {{- $metadata := dict
    "name" (include "bb-common.utils.prepend-release-name" (dict "root" $root "area" "istio" "name" .name))
    "namespace" $root.Release.Namespace
  }}
  {{- if .labels }}
    {{- $_ := set $metadata "labels" .labels }}
  {{- end }}
  {{- if .annotations }}
    {{- $_ := set $metadata "annotations" .annotations }}
  {{- end }}
  {{- dict "apiVersion" .apiVersion "kind" .kind "metadata" $metadata "spec" .spec | toJson }}
{{- end }}
