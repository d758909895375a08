{{- /*
Which mesh packages run in. Each takes the root context, and gives the switch as text.
*/}}
{{- define "umbrella.mesh.istio" -}}
{{ .Values.istiod.enabled }}
{{- end }}

{{- define "umbrella.mesh.ambient" -}}
{{ or .Values.ztunnel.enabled .Values.istio.ambient.enabled }}
{{- end }}

{{- /*
Whether traffic of a package must be allowed explicitly: it or the whole mesh is hardened.

Inputs: dict with
  root     the root context
  package  the package
Output: the switch as text.
*/}}
{{- define "umbrella.mesh.hardened" -}}
{{ or (dig "istio" "hardened" "enabled" false (.package.values | default dict)) (dig "hardened" "enabled" false .root.Values.istiod.values) }}
{{- end }}

{{- /*
The releases that must be ready before anything can join the mesh.

Inputs: the root context.
Output: items of a list.
*/}}
{{- define "umbrella.mesh.releases" -}}
{{- $isAmbient := eq (include "umbrella.mesh.ambient" .) "true" }}
{{- $names := list "istiod" }}
{{- if or .Values.istioCNI.enabled $isAmbient }}
  {{- $names = append $names "istio-cni" }}
{{- end }}
{{- if $isAmbient }}
  {{- $names = append $names "ztunnel" }}
{{- end }}
{{- range $names }}
- name: {{ . }}
  namespace: {{ $.Release.Namespace }}
{{- end }}
{{- end }}
