{{- /*
Parts custom packages from those that Big Bang itself carries, as `packageConfiguration.version` asks.

Without a version every entry of `packages` is custom. With v1, entries with a built-in name lie above what top level or `addons` say
of that package, and no custom package may be called like a built-in one, or like another one.

Inputs: the root context. Changes its values: `_customPackages` are the custom ones.
Output: none.
*/}}
{{- define "umbrella.normalize-packages" }}
{{- $packages := .Values.packages | default dict }}
{{- $version := dig "version" "" (.Values.packageConfiguration | default dict) }}
{{- if ne $version "v1" }}
  {{- $_ := set .Values "_customPackages" (merge dict $packages) }}
{{- else }}
  {{- $builtIn := .Files.Get "built-in-packages.yaml" | fromYaml }}
  {{- $names := merge dict $builtIn.core $builtIn.addons }}
  {{- $custom := omit $packages }}
  {{- range $name, $_ := $names }}
    {{- $custom = omit $custom $name }}
  {{- end }}
  {{- include "umbrella.check-names" (dict "custom" $custom "builtIn" $names) }}
  {{- include "umbrella.merge-built-in" (dict "packages" $packages "names" $builtIn.core "legacy" .Values) }}
  {{- include "umbrella.merge-built-in" (dict "packages" $packages "names" $builtIn.addons "legacy" .Values.addons) }}
  {{- $_ := set .Values "_customPackages" $custom }}
{{- end }}
{{- end }}

{{- define "umbrella.merge-built-in" }}
{{- range $name, $_ := .names }}
  {{- if hasKey $.packages $name }}
    {{- $above := get $.packages $name | default dict }}
    {{- $below := get $.legacy $name | default dict }}
    {{- $resolved := mustMergeOverwrite (deepCopy $below) (deepCopy $above) }}
    {{- $_ := set $.packages $name $resolved }}
    {{- $_ := set $.legacy $name (deepCopy $resolved) }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "umbrella.check-names" }}
{{- $reserved := dict }}
{{- range $name, $folder := .builtIn }}
  {{- range list (lower $name) (include "umbrella.package.name" $name) (lower $folder) }}
    {{- $_ := set $reserved . $name }}
  {{- end }}
{{- end }}
{{- $taken := dict }}
{{- range $name := keys .custom | sortAlpha }}
  {{- $normalized := include "umbrella.package.name" $name }}
  {{- with get $reserved (lower $name) | default (get $reserved $normalized) }}
    {{- fail (printf "packages.%s has the name of the package packages.%s, which Big Bang itself carries; call it packages.%s, or otherwise." $name . .) }}
  {{- end }}
  {{- with get $taken $normalized }}
    {{- fail (printf "packages.%s and packages.%s both become %s; give one of them another name." . $name $normalized) }}
  {{- end }}
  {{- $_ := set $taken $normalized $name }}
{{- end }}
{{- end }}
