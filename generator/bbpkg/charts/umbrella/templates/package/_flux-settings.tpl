{{- /*
How Flux treats a release: the settings of the umbrella, and above them those of the package.

Inputs: dict with
  root     the root context
  package  the package
Output: a mapping, as JSON.
*/}}
{{- define "umbrella.package.flux-settings" -}}
{{ mergeOverwrite (deepCopy .root.Values.flux) (.package.flux | default dict) | toJson }}
{{- end }}
