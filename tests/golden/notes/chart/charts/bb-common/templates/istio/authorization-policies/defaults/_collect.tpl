{{- /*
Collects the default AuthorizationPolicies that are on, and their hook copies.

A toggle that `istio.authorizationPolicies.defaults` does not mention follows its namesake of the ingress NetworkPolicies.

Inputs: the root context.
Output: AuthorizationPolicies, as a JSON list.
*/}}
{{- define "bb-common.istio.authorization-policies.defaults.collect" }}
  {{- $root := . }}
  {{- $config := $root.Values.istio.authorizationPolicies }}
  {{- $own := $config.defaults | default dict }}
  {{- $inherited := (($root.Values.networkPolicies | default dict).ingress | default dict).defaults | default dict }}

  {{- $isOn := dig "enabled" true (hasKey $config "defaults" | ternary $own $inherited) }}
  {{- $names := list }}
  {{- if and $isOn (dig "denyAll" "enabled" true (hasKey $own "denyAll" | ternary $own $inherited)) }}
    {{- $names = append $names "allow-nothing" }}
  {{- end }}
  {{- if and $isOn (dig "allowInNamespace" "enabled" true (hasKey $own "allowInNamespace" | ternary $own $inherited)) }}
    {{- $names = append $names "allow-all-in-ns" }}
  {{- end }}

  {{- $policies := list }}
  {{- range $name := $names }}
    {{- $policies = append $policies (include "bb-common.istio.build-resource" (dict
      "root" $root
      "apiVersion" "security.istio.io/v1"
      "kind" "AuthorizationPolicy"
      "name" (printf "default-authz-%s" $name)
      "labels" (dict "network-policies.bigbang.dev/source" "bb-common" "network-policies.bigbang.dev/direction" "authorization-policy")
      "spec" (include (printf "bb-common.istio.authorization-policies.defaults.%s" $name) $root | fromYaml)
    ) | fromJson) }}
  {{- end }}
  {{- include "bb-common.utils.with-hooks" (dict "root" $root "resources" $policies) }}
{{- end }}
