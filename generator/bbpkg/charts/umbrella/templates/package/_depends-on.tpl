{{- /*
The releases that a package waits for: enforcement of policies, the mesh, and what the package itself names.

Inputs: dict with
  root     the root context
  package  the package
Output: items of a list; empty when it waits for nothing.
*/}}
{{- define "umbrella.package.depends-on" -}}
{{- $values := .root.Values }}
{{- if dig "includeDefaultDependsOn" true .package }}
{{- $usesIstio := or (dig "bbCommonValues" true .package) (eq "enabled" (dig "istio" "injection" "enabled" .package)) }}
{{- if $values.gatekeeper.enabled }}
- name: gatekeeper
  namespace: bigbang
{{- end }}
{{- if $values.kyvernoPolicies.enabled }}
- name: kyverno-policies
  namespace: bigbang
{{- end }}
{{- if and (eq (include "umbrella.mesh.istio" .root) "true") $usesIstio }}
{{- include "umbrella.mesh.releases" .root }}
{{- end }}
{{- end }}
{{- with .package.dependsOn }}
{{ toYaml . }}
{{- end }}
{{- end }}
