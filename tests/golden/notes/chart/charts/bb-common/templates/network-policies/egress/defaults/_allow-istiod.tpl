{{- /*
Egress to Istio's control plane.

Inputs: the root context.
Output: NetworkPolicy egress rules, as YAML.
*/}}
{{- define "bb-common.network-policies.egress.defaults.allow-istiod" }}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: istio-system
      podSelector:
        matchLabels:
          app: istiod
  ports:
    - port: 15012
      protocol: TCP
{{- end }}
