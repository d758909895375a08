{{- /*
Where Flux gets a chart from a Helm repository.

Inputs: dict with
  root      the root context
  helmRepo  the section `helmRepo`
  chart     the name of the chart
  name      the name of the repository
  version   the version of the chart
Output: lines of a mapping.
*/}}
{{- define "umbrella.package.helm-source" -}}
chart: {{ .chart }}
version: {{ .version }}
sourceRef:
  kind: HelmRepository
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
{{- if and .helmRepo.cosignVerify (eq "oci" (include "umbrella.helm-repository.type" .)) }}
verify:
  provider: cosign
  secretRef:
    name: {{ .helmRepo.repoName }}-cosign-pub
{{- end }}
{{- end }}
