{{- /*
Collects the default egress policies that are on, and their hook copies.

Inputs: the root context.
Output: NetworkPolicies, as a JSON list.
*/}}
{{- define "bb-common.network-policies.egress.defaults.collect" }}
  {{- $root := . }}
  {{- $toggles := ($root.Values.networkPolicies.egress | default dict).defaults | default dict }}
  {{- $names := list }}
  {{- if dig "enabled" true $toggles }}
    {{- if dig "denyAll" "enabled" true $toggles }}
      {{- $names = append $names "deny-all" }}
    {{- end }}
    {{- if dig "allowInNamespace" "enabled" true $toggles }}
      {{- $names = append $names "allow-all-in-ns" }}
    {{- end }}
    {{- if dig "allowKubeDns" "enabled" true $toggles }}
      {{- $names = append $names "allow-kube-dns" }}
    {{- end }}
    {{- if dig "allowIstiod" "enabled" true $toggles }}
      {{- $names = append $names "allow-istiod" }}
    {{- end }}
  {{- end }}

  {{- $policies := list }}
  {{- range $name := $names }}
    {{- $policy := dict
      "root" $root
      "direction" "egress"
      "name" (printf "default-egress-%s" $name)
      "podSelector" dict
    }}
    {{- if ne $name "deny-all" }}
      {{- $_ := set $policy "rules" (include (printf "bb-common.network-policies.egress.defaults.%s" $name) $root | fromYamlArray) }}
    {{- end }}
    {{- $policies = append $policies (include "bb-common.network-policies.build-policy" $policy | fromJson) }}
  {{- end }}
  {{- include "bb-common.utils.with-hooks" (dict "root" $root "resources" $policies) }}
{{- end }}
