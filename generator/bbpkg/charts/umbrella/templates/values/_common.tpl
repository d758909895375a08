{{- /*
What the umbrella tells the chart of a package of itself, in the nested form.

Inputs: dict with
  root     the root context
  package  the package
Output: the text of the key common.yaml.
*/}}
{{- define "umbrella.values.common" -}}
{{- $ambient := include "umbrella.mesh.ambient" .root }}
{{- $isAmbient := eq $ambient "true" }}
{{- $isHardened := eq (include "umbrella.mesh.hardened" .) "true" }}
{{- $settings := pick .root.Values.networkPolicies "hbonePortInjection" "prependReleaseName" "defaultsAsHooks" "egress" "ingress" "additionalPolicies" "additional" -}}
global:
  domain: {{ .root.Values.domain }}
  monitoring:
    enabled: {{ .root.Values.monitoring.enabled }}
bb-common:
  istio:
    enabled: {{ eq (include "umbrella.mesh.istio" .root) "true" }}
    ambient:
      enabled: {{ $ambient }}
    sidecar:
      enabled: {{ and $isHardened (not $isAmbient) }}
    authorizationPolicies:
      enabled: {{ or $isHardened $isAmbient }}
      generateFromNetpol: {{ or $isHardened $isAmbient }}
  networkPolicies:
    enabled: {{ or .root.Values.networkPolicies.enabled $isAmbient }}
    hbonePortInjection:
      enabled: {{ $ambient }}
    {{- toYaml $settings | nindent 4 }}
{{- end }}
