{{- /*
Generates the AuthorizationPolicy of an ingress rule that has a NetworkPolicy.

Its name is the NetworkPolicy's up to the first "-from", then the suffix. That a local name with "-from" in it is cut there
too is what the official chart does; two policies that meet this way are told apart by de-duplication.
Ports are the local key's: HBONE ends before a request is authorized, so its port is never among them.

Inputs: dict with
  root           the root context
  policyName     the NetworkPolicy's name
  podSelector    the pods the policy is for
  endpoint       the output of ingress.parse.local-key, decoded
  authorization  {source, annotations[, suffix]} of the rule; without suffix the NetworkPolicy's name is the name
  annotations    the generated annotations of the NetworkPolicy
  local          values of the local key
  leaf           values of the remote key
  path           where the leaf stands, for the message
Output: the object, as JSON.
*/}}
{{- define "bb-common.istio.authorization-policies.generate.from-rule" }}
  {{- $name := .policyName }}
  {{- if .authorization.suffix }}
    {{- if contains "*" .authorization.suffix }}
      {{- include "bb-common.utils.fail-with-hint" (dict
        "root" .root
        "path" .path
        "problem" "a service account belongs to one namespace, so no principal stands for that of every namespace"
        "hint" "write the namespace instead of *, or leave the service account out."
      ) }}
    {{- end }}
    {{- $name = printf "%s%s" (splitList "-from" .policyName | first) .authorization.suffix }}
  {{- end }}
  {{- $metadata := dict
    "name" $name
    "namespace" .root.Release.Namespace
    "labels" (dict "network-policies.bigbang.dev/source" "bb-common" "network-policies.bigbang.dev/direction" "ingress")
    "annotations" (merge (dict) .annotations .authorization.annotations)
  }}
  {{- $_ := include "bb-common.network-policies.add-metadata" (dict "metadata" $metadata "local" .local "leaf" .leaf) }}

  {{- $operations := list }}
  {{- if .endpoint.isRange }}
    {{- $ports := untilStep (first .endpoint.ports | int) (add1 (last .endpoint.ports) | int) 1 }}
    {{- $operations = list (dict "operation" (dict "ports" (toStrings $ports))) }}
  {{- else }}
    {{- range $port := .endpoint.ports }}
      {{- $operations = append $operations (dict "operation" (dict "ports" (list (toString $port)))) }}
    {{- end }}
  {{- end }}
  {{- $rule := dict "from" (list (dict "source" .authorization.source)) }}
  {{- if $operations }}
    {{- $_ := set $rule "to" $operations }}
  {{- end }}

  {{- dict
    "apiVersion" "security.istio.io/v1"
    "kind" "AuthorizationPolicy"
    "metadata" $metadata
    "spec" (dict "action" "ALLOW" "selector" .podSelector "rules" (list $rule))
    | toJson
  }}
{{- end }}
