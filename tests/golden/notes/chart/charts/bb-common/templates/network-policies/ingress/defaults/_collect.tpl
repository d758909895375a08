{{- /*
Collects the default ingress policies that are on, and their hook copies.

Inputs: the root context.
Output: NetworkPolicies, as a JSON list.
*/}}
{{- define "bb-common.network-policies.ingress.defaults.collect" }}
  {{- $root := . }}
  {{- $toggles := ($root.Values.networkPolicies.ingress | default dict).defaults | default dict }}
  {{- $names := list }}
  {{- if dig "enabled" true $toggles }}
    {{- if dig "denyAll" "enabled" true $toggles }}
      {{- $names = append $names "deny-all" }}
    {{- end }}
    {{- if dig "allowInNamespace" "enabled" true $toggles }}
      {{- $names = append $names "allow-all-in-ns" }}
    {{- end }}
    {{- if dig "allowPrometheusToIstioSidecar" "enabled" true $toggles }}
      {{- $names = append $names "allow-prometheus-to-istio-sidecar" }}
    {{- end }}
    {{- if (($root.Values.istio | default dict).ambient | default dict).enabled }}
      {{- $names = append $names "allow-ambient-kubelet" }}
    {{- end }}
  {{- end }}

  {{- $policies := list }}
  {{- range $name := $names }}
    {{- $policy := dict
      "root" $root
      "direction" "ingress"
      "name" (printf "default-ingress-%s" $name)
      "podSelector" dict
    }}
    {{- if ne $name "deny-all" }}
      {{- $_ := set $policy "rules" (include (printf "bb-common.network-policies.ingress.defaults.%s" $name) $root | fromYamlArray) }}
    {{- end }}
    {{- $policies = append $policies (include "bb-common.network-policies.build-policy" $policy | fromJson) }}
  {{- end }}
  {{- include "bb-common.utils.with-hooks" (dict "root" $root "resources" $policies) }}
{{- end }}
