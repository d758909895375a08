{{- /*
Egress to the release's own namespace.

Inputs: the root context.
Output: NetworkPolicy egress rules, as YAML.
*/}}
{{- define "bb-common.network-policies.egress.defaults.allow-all-in-ns" }}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ .Release.Namespace | quote }}
{{- end }}
