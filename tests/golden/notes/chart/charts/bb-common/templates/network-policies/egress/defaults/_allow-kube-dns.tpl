{{- /*
Egress to the cluster's DNS service.

Inputs: the root context.
Output: NetworkPolicy egress rules, as YAML.
*/}}
{{- define "bb-common.network-policies.egress.defaults.allow-kube-dns" }}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: kube-dns
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end }}
