{{- /*
The egress definitions that exist without being declared.

The API server's ports come from the live cluster. Without one (`helm template`) there is no answer and any port is
allowed, so offline output never depends on a cluster; declare `kubeAPI` yourself to have the same ports everywhere.

Inputs: the root context.
Output: map of name to NetworkPolicy egress rule, as YAML.
*/}}
{{- define "bb-common.network-policies.egress.definitions.built-in" }}
kubeAPI:
  to:
    - ipBlock:
        cidr: 10.0.0.0/8
    - ipBlock:
        cidr: 172.16.0.0/12
    - ipBlock:
        cidr: 192.168.0.0/16
  {{- $service := lookup "v1" "Service" "default" "kubernetes" }}
  {{- with ($service.spec | default dict).ports }}
  ports:
    {{- range $port := . }}
    - port: {{ $port.targetPort }}
      protocol: TCP
    {{- end }}
  {{- end }}
{{- end }}
