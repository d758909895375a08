{{- /*
Builds a NetworkPolicy.

What this chart writes into labels and annotations wins over the user's, and the remote's over the local's.

Inputs: dict with
  root         the root context
  direction    `ingress` or `egress`
  name         full name, without release name
  podSelector  the pods the policy is for
  rules        the list under spec.ingress or spec.egress; absent: deny all
  annotations  the generated annotations, optional
  local        values of the local key, optional
  leaf         values of the remote key, optional
Output: the object, as JSON.
*/}}
{{- define "bb-common.network-policies.build-policy" }}
  {{- $root := .root }}
  {{- $metadata := dict
    "name" (include "bb-common.utils.prepend-release-name" (dict "root" $root "area" "networkPolicies" "name" .name))
    "namespace" $root.Release.Namespace
    "labels" (dict "network-policies.bigbang.dev/source" "bb-common" "network-policies.bigbang.dev/direction" .direction)
  }}
  {{- if .annotations }}
    {{- $_ := set $metadata "annotations" .annotations }}
  {{- end }}
  {{- if .local }}
    {{- $_ := include "bb-common.network-policies.add-metadata" (dict "metadata" $metadata "local" .local "leaf" .leaf) }}
  {{- end }}

  {{- $spec := dict "podSelector" .podSelector "policyTypes" (list (title .direction)) }}
  {{- if hasKey . "rules" }}
    {{- $_ := set $spec .direction .rules }}
  {{- end }}
  {{- dict "apiVersion" "networking.k8s.io/v1" "kind" "NetworkPolicy" "metadata" $metadata "spec" $spec | toJson }}
{{- end }}
