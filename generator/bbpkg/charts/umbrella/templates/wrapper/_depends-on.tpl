{{- /*
The releases that a wrapper waits for.

Inputs: dict with
  root     the root context
  package  the package
Output: items of a list; empty when it waits for nothing.
*/}}
{{- define "umbrella.wrapper.depends-on" -}}
{{- $values := .root.Values }}
{{- if $values.gatekeeper.enabled }}
- name: gatekeeper
  namespace: {{ .root.Release.Namespace }}
{{- end }}
{{- if $values.kyvernoPolicies.enabled }}
- name: kyverno-policies
  namespace: {{ .root.Release.Namespace }}
{{- end }}
{{- if and (eq (include "umbrella.mesh.istio" .root) "true") (dig "istio" "hosts" false .package) }}
{{- include "umbrella.mesh.releases" .root }}
{{- end }}
{{- if $values.monitoring.enabled }}
- name: monitoring
  namespace: {{ .root.Release.Namespace }}
{{- end }}
{{- end }}
