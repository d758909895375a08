{{- /*
Builds the metadata of a route's object.

Inputs: dict with
  root   the root context
  name   full name, without release name
  route  the route's values
Output: the metadata, as JSON.
*/}}
{{- define "bb-common.routes.build-metadata" }}
  {{- $root := .root }}
  {{- $custom := .route.metadata | default dict }}
  {{- $metadata := dict
    "name" (include "bb-common.utils.prepend-release-name" (dict "root" $root "area" "routes" "name" .name))
    "namespace" $root.Release.Namespace
  }}
  {{- range $kind := list "labels" "annotations" }}
    {{- if get $custom $kind }}
      {{- $_ := set $metadata $kind (get $custom $kind) }}
    {{- end }}
  {{- end }}
  {{- $metadata | toJson }}
{{- end }}
