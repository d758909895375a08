{{- /*
Adds the labels and annotations of a local and a remote key to those that an object already has.

An existing entry wins over the remote's, and the remote's over the local's.

Inputs: dict with
  metadata  the object's metadata; changed in place, which spares a copy per object
  local     values of the local key
  leaf      values of the remote key: a map, or a switch
Output: none.
*/}}
{{- define "bb-common.network-policies.add-metadata" }}
  {{- $metadata := .metadata }}
  {{- $local := .local.metadata | default dict }}
  {{- $remote := dict }}
  {{- if kindIs "map" .leaf }}
    {{- $remote = .leaf.metadata | default dict }}
  {{- end }}
  {{- range $kind := list "labels" "annotations" }}
    {{- $own := get $metadata $kind | default dict }}
    {{- $_ := set $metadata $kind (merge $own (get $remote $kind | default dict) (get $local $kind | default dict)) }}
  {{- end }}
{{- end }}
