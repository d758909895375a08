{{- /*
Selects the pods that a local key is for.

Inputs: dict with
  root     the root context
  name     the name in the key; `*` is every pod
  local    values of the local key; a podSelector that is not empty replaces the name
  written  those values before their templates were evaluated
  path     where the local key stands, for the message
Output: a label selector, as JSON.
*/}}
{{- define "bb-common.network-policies.select-local" }}
  {{- $selector := dict }}
  {{- if .local.podSelector }}
    {{- $selector = .local.podSelector }}
    {{- include "bb-common.network-policies.check-selector" (dict "root" .root "selector" $selector "written" .written.podSelector "path" (printf "%s.podSelector" .path)) }}
  {{- else if ne .name "*" }}
    {{- $selector = dict "matchLabels" (dict "app.kubernetes.io/name" .name) }}
  {{- end }}
  {{- $selector | toJson }}
{{- end }}
