{{- /*
Ingress from the release's own namespace.

Inputs: the root context.
Output: NetworkPolicy ingress rules, as YAML.
*/}}
{{- define "bb-common.network-policies.ingress.defaults.allow-all-in-ns" }}
- from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ .Release.Namespace | quote }}
{{- end }}
