{{- /*
The ingress definitions that exist without being declared.

Inputs: the root context.
Output: map of name to NetworkPolicy ingress rule, as YAML.
*/}}
{{- define "bb-common.network-policies.ingress.definitions.built-in" }}
gateway:
  from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: istio-gateway
      podSelector:
        matchLabels:
          istio: ingressgateway
monitoring:
  from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: monitoring
      podSelector:
        matchLabels:
          app.kubernetes.io/name: prometheus
{{- end }}
