{{- /*
Collects the egress policies: one per rule, then the default set.

Inputs: the root context.
Output: NetworkPolicies, as a JSON list.
*/}}
{{- define "bb-common.network-policies.egress.collect" }}
  {{- $root := . }}
  {{- $config := $root.Values.networkPolicies }}
  {{- $policies := list }}

  {{- $definitions := dict }}
  {{- $basePath := "networkPolicies.egress.from" }}
  {{- $tree := ($config.egress | default dict).from | default dict }}
  {{- if $tree }}
    {{- $tree = include "bb-common.network-policies.evaluate-tree" (dict "root" $root "tree" $tree "path" $basePath) | fromJson }}
  {{- end }}

  {{- range $localKey, $values := $tree }}
    {{- $localPath := printf "%s.%q" $basePath $localKey }}
    {{- $values = $values | default dict }}
    {{- $written := get $config.egress.from $localKey | default dict }}
    {{- include "bb-common.network-policies.egress.parse.local-key" (dict "root" $root "key" $localKey "path" $localPath) }}
    {{- $podSelector := include "bb-common.network-policies.select-local" (dict "root" $root "name" $localKey "local" $values "written" $written "path" $localPath) | fromJson }}
    {{- $kinds := $values.to | default dict }}
    {{- include "bb-common.network-policies.check-kinds" (dict "root" $root "rules" $kinds "path" (printf "%s.to" $localPath)) }}
    {{- $prefix := printf "allow-egress-from-%s" (eq $localKey "*" | ternary "any-pod" $localKey) }}

    {{- range $kind, $leaves := $kinds }}
      {{- if and (eq $kind "definition") (not $definitions) }}
        {{- /* Not before it is needed: finding the ports of kubeAPI asks the cluster. */}}
        {{- $definitions = include "bb-common.network-policies.collect-definitions" (dict "root" $root "direction" "egress") | fromJson }}
      {{- end }}
      {{- range $remoteKey, $leaf := $leaves }}
        {{- $leafPath := printf "%s.to.%s.%q" $localPath $kind $remoteKey }}
        {{- if not (include "bb-common.network-policies.evaluate-leaf" (dict "root" $root "kind" $kind "leaf" $leaf "path" $leafPath)) }}
          {{- continue }}
        {{- end }}

        {{- $rule := include (printf "bb-common.network-policies.egress.generate.from-%s" $kind) (dict
          "root" $root
          "key" $remoteKey
          "leaf" $leaf
          "written" (dig "to" $kind $remoteKey dict $written)
          "definitions" $definitions
          "path" $leafPath
        ) | fromJson }}
        {{- $annotations := dict
          "generated.network-policies.bigbang.dev/local-key" $localKey
          "generated.network-policies.bigbang.dev/remote-key" $remoteKey
        }}
        {{- $policy := include "bb-common.network-policies.build-policy" (dict
          "root" $root
          "direction" "egress"
          "name" (printf "%s-%s" $prefix $rule.name)
          "podSelector" $podSelector
          "rules" $rule.rules
          "annotations" (merge $annotations ($rule.annotations | default dict))
          "local" $values
          "leaf" $leaf
        ) | fromJson }}
        {{- include "bb-common.network-policies.check-name" (dict "root" $root "name" $policy.metadata.name "path" $leafPath) }}
        {{- $policies = append $policies $policy }}
      {{- end }}
    {{- end }}
  {{- end }}

  {{- if ($config.hbonePortInjection | default dict).enabled }}
    {{- $policies = include "bb-common.network-policies.inject-hbone-ports" (list $policies "egress") | fromJsonArray }}
  {{- end }}
  {{- concat $policies (include "bb-common.network-policies.egress.defaults.collect" $root | fromJsonArray) | toJson }}
{{- end }}
