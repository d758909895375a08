{{- /*
The NetworkPolicy that lets the pods of a route's first gateway in.

Inputs: dict with
  root      the root context
  name      the route's name
  route     its values
  gateway   {namespace, name} of its first gateway
  selector  labels of the pods behind the route
  path      where the route stands, for messages
Output: the object, as JSON.
*/}}
{{- define "bb-common.routes.inbound.network-policy" }}
  {{- $root := .root }}
  {{- $gateway := .gateway }}
  {{- $port := include "bb-common.routes.inbound.select-port" . }}

  {{- $rule := dict "from" (list (dict
    "namespaceSelector" (dict "matchLabels" (dict "kubernetes.io/metadata.name" $gateway.namespace))
    "podSelector" (dict "matchLabels" (dict "app.kubernetes.io/name" $gateway.name "istio" "ingressgateway"))
  )) }}
  {{- if $port }}
    {{- $_ := set $rule "ports" (list (dict "port" (regexMatch `^\d+$` $port | ternary (int $port) $port))) }}
  {{- end }}
  {{- $name := printf "allow-ingress-to-%s-%s-from-ns-%s-pod-%s" .name ($port | default "any-port") $gateway.namespace $gateway.name }}
  {{- $policy := dict
    "apiVersion" "networking.k8s.io/v1"
    "kind" "NetworkPolicy"
    "metadata" (include "bb-common.routes.build-metadata" (dict "root" $root "name" $name "route" .route) | fromJson)
    "spec" (dict
      "podSelector" (dict "matchLabels" .selector)
      "policyTypes" (list "Ingress")
      "ingress" (list $rule)
    )
  }}

  {{- /* Unlike for `networkPolicies`, the port is injected unless that is switched off. */}}
  {{- if dig "hbonePortInjection" "enabled" true $root.Values.networkPolicies }}
    {{- $policy = include "bb-common.network-policies.inject-hbone-ports" (list (list $policy) "ingress") | fromJsonArray | first }}
  {{- end }}
  {{- $policy | toJson }}
{{- end }}
