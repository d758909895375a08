{{- /*
Adds the port of ambient mode's tunnel (HBONE, 15008/TCP) to each rule that names ports and a workload as peer, and labels
the policies that it changes. A rule without ports allows the port anyway; an address block is never reached by HBONE.

Inputs: list of the NetworkPolicies, and `ingress` or `egress`.
Output: the NetworkPolicies, as a JSON list.
*/}}
{{- define "bb-common.network-policies.inject-hbone-ports" }}
  {{- $policies := index . 0 }}
  {{- $direction := index . 1 }}
  {{- $peersKey := eq $direction "ingress" | ternary "from" "to" }}

  {{- $result := list }}
  {{- range $policy := $policies }}
    {{- $isChanged := false }}
    {{- $rules := list }}
    {{- range $rule := get $policy.spec $direction | default list }}
      {{- $isWanted := false }}
      {{- range $peer := get $rule $peersKey | default list }}
        {{- $isWanted = or $isWanted (hasKey $peer "namespaceSelector") (hasKey $peer "podSelector") }}
      {{- end }}
      {{- range $port := $rule.ports }}
        {{- if and (eq (toString $port.port) "15008") (eq ($port.protocol | default "TCP") "TCP") }}
          {{- $isWanted = false }}
        {{- end }}
      {{- end }}
      {{- if and $isWanted $rule.ports }}
        {{- $isChanged = true }}
        {{- $rule = mergeOverwrite (dict) $rule (dict "ports" (append $rule.ports (dict "port" 15008 "protocol" "TCP"))) }}
      {{- end }}
      {{- $rules = append $rules $rule }}
    {{- end }}
    {{- if $isChanged }}
      {{- $policy = mergeOverwrite (deepCopy $policy) (dict
        "metadata" (dict "labels" (dict "ambient.istio.network-policies.bigbang.dev/hbone-injected" "true"))
        "spec" (dict $direction $rules)
      ) }}
    {{- end }}
    {{- $result = append $result $policy }}
  {{- end }}
  {{- $result | toJson }}
{{- end }}
