{{- /*
Ingress of kubelet probes in ambient mode, whose source address ztunnel rewrites to this one
(https://istio.io/latest/docs/ambient/usage/networkpolicy/).

Inputs: the root context.
Output: NetworkPolicy ingress rules, as YAML.
*/}}
{{- define "bb-common.network-policies.ingress.defaults.allow-ambient-kubelet" }}
- from:
    - ipBlock:
        cidr: 169.254.7.127/32
{{- end }}
