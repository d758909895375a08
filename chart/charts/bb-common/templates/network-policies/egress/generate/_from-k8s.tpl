{{- /*
Generates the rule of an egress k8s key.

Inputs: dict with
  root     the root context
  key      the remote key
  leaf     its value
  written  its value before its templates were evaluated
  path     where the leaf stands, for the message
Output: JSON {name, rules, annotations}; name follows the prefix that all rules of the local key share.
*/}}
{{- define "bb-common.network-policies.egress.generate.from-k8s" }}
  {{- $remote := include "bb-common.network-policies.egress.parse.k8s-key" . | fromJson }}
  {{- $peer := include "bb-common.network-policies.select-peer" (dict "root" .root "namespace" $remote.namespace "pod" $remote.pod "leaf" .leaf "written" .written "path" .path) | fromJson }}
  {{- $ports := include "bb-common.network-policies.list-ports" $remote | fromJsonArray }}

  {{- $rule := dict "to" (list $peer.peer) }}
  {{- if $ports }}
    {{- $_ := set $rule "ports" $ports }}
  {{- end }}
  {{- $annotations := dict }}
  {{- if $peer.overrides }}
    {{- $_ := set $annotations "generated.network-policies.bigbang.dev/with-remote-selector-overrides" (toYaml $peer.overrides) }}
  {{- end }}
  {{- dict
    "name" (printf "to-%s-%s" $peer.name (include "bb-common.network-policies.name-endpoint" (dict "endpoint" $remote "ports" $ports)))
    "rules" (list $rule)
    "annotations" $annotations
    | toJson
  }}
{{- end }}
