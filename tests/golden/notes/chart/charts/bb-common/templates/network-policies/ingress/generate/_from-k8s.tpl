{{- /*
Generates the rule of an ingress k8s key.

Inputs: dict with
  root     the root context
  key      the remote key
  leaf     its value
  written  its value before its templates were evaluated
  local    the output of ingress.parse.local-key, decoded
  path     where the leaf stands, for the message
Output: JSON {name, rules, annotations, authorization}; name follows the prefix that all rules of the local key share.
*/}}
{{- define "bb-common.network-policies.ingress.generate.from-k8s" }}
  {{- $remote := include "bb-common.network-policies.ingress.parse.k8s-key" . | fromJson }}
  {{- $peer := include "bb-common.network-policies.select-peer" (dict "root" .root "namespace" $remote.namespace "pod" $remote.pod "leaf" .leaf "written" .written "path" .path) | fromJson }}
  {{- $ports := include "bb-common.network-policies.list-ports" .local | fromJsonArray }}

  {{- $rule := dict "from" (list $peer.peer) }}
  {{- if $ports }}
    {{- $_ := set $rule "ports" $ports }}
  {{- end }}
  {{- $annotations := dict }}
  {{- if $peer.overrides }}
    {{- $_ := set $annotations "generated.network-policies.bigbang.dev/with-remote-selector-overrides" (toYaml $peer.overrides) }}
  {{- end }}

  {{- $authorization := dict }}
  {{- if $remote.identity }}
    {{- $authorization = dict
      "suffix" (printf "-from-ns-%s-with-identity-%s" $remote.namespace $remote.identity)
      "source" (dict "principals" (list (printf "cluster.local/ns/%s/sa/%s" $remote.namespace $remote.identity)))
      "annotations" (dict
        "generated.authorization-policies.bigbang.dev/from-spiffe" .key
        "generated.authorization-policies.bigbang.dev/identity" $remote.identity
      )
    }}
  {{- else }}
    {{- $authorization = dict
      "suffix" (printf "-from-ns-%s" (eq $remote.namespace "*" | ternary "any" $remote.namespace))
      "source" (dict "namespaces" (list $remote.namespace))
      "annotations" (dict "generated.authorization-policies.bigbang.dev/from-namespace" .key)
    }}
    {{- if $remote.pod }}
      {{- $_ := set $authorization.annotations "generated.authorization-policies.bigbang.dev/pod" $remote.pod }}
    {{- end }}
  {{- end }}

  {{- dict
    "name" (printf "%s-from-%s" (include "bb-common.network-policies.name-endpoint" (dict "endpoint" .local "ports" $ports)) $peer.name)
    "rules" (list $rule)
    "annotations" $annotations
    "authorization" $authorization
    | toJson
  }}
{{- end }}
