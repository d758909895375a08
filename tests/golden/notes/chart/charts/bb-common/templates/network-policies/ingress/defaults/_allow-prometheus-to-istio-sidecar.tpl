{{- /*
Ingress from Prometheus to the merged metrics of the sidecars.

Inputs: the root context.
Output: NetworkPolicy ingress rules, as YAML.
*/}}
{{- define "bb-common.network-policies.ingress.defaults.allow-prometheus-to-istio-sidecar" }}
- from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: monitoring
      podSelector:
        matchLabels:
          app.kubernetes.io/name: prometheus
  ports:
    - port: 15020
      protocol: TCP
{{- end }}
