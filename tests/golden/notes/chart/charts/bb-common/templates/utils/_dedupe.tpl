{{- /*
Makes the names in a list of objects unique.

Two objects of equal kind and name that differ only in metadata or status are one: the first stays, the rest go.
If more than metadata differs, all stay, and each gets the suffix `-deduped-<n>`, n counting from 0 in order of
appearance.

Inputs: a list of objects; whatever has no kind or name passes through.
Output: the list, as JSON.
*/}}
{{- define "bb-common.utils.dedupe" }}
  {{- $resources := kindIs "slice" . | ternary . list }}
  {{- $variantsByName := dict }}
  {{- $kept := list }}

  {{- range $resource := $resources }}
    {{- $name := "" }}
    {{- if and (kindIs "map" $resource) ($resource.metadata).name $resource.kind }}
      {{- $name = printf "%s/%s" $resource.kind $resource.metadata.name }}
    {{- end }}
    {{- if not $name }}
      {{- $kept = append $kept (dict "resource" $resource) }}
      {{- continue }}
    {{- end }}

    {{- $variants := get $variantsByName $name | default dict }}
    {{- $variant := omit $resource "metadata" "status" | toJson }}
    {{- if not (hasKey $variants $variant) }}
      {{- $kept = append $kept (dict "resource" $resource "name" $name "ordinal" (len $variants)) }}
      {{- $_ := set $variants $variant true }}
      {{- $_ := set $variantsByName $name $variants }}
    {{- end }}
  {{- end }}

  {{- $unique := list }}
  {{- range $entry := $kept }}
    {{- $resource := $entry.resource }}
    {{- if and $entry.name (gt (len (get $variantsByName $entry.name)) 1) }}
      {{- $resource = mergeOverwrite (deepCopy $resource) (dict "metadata" (dict
        "name" (printf "%s-deduped-%d" $resource.metadata.name $entry.ordinal)
        "annotations" (dict "generated.bigbang.dev/deduplicated" "true")
      )) }}
    {{- end }}
    {{- $unique = append $unique $resource }}
  {{- end }}

  {{- $unique | toJson }}
{{- end }}
