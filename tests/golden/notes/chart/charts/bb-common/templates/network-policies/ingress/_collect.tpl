{{- /*
Collects the ingress policies: one per rule, then the default set; and the AuthorizationPolicies of the rules.

Inputs: the root context.
Output: JSON {networkPolicies, authorizationPolicies}.
*/}}
{{- define "bb-common.network-policies.ingress.collect" }}
  {{- $root := . }}
  {{- $config := $root.Values.networkPolicies }}
  {{- $policies := list }}
  {{- $authorizations := list }}

  {{- $istio := $root.Values.istio | default dict }}
  {{- $authorization := $istio.authorizationPolicies | default dict }}
  {{- $isAuthorized := and $istio.enabled $authorization.enabled $authorization.generateFromNetpol }}

  {{- $definitions := dict }}
  {{- $basePath := "networkPolicies.ingress.to" }}
  {{- $tree := ($config.ingress | default dict).to | default dict }}
  {{- if $tree }}
    {{- $tree = include "bb-common.network-policies.evaluate-tree" (dict "root" $root "tree" $tree "path" $basePath) | fromJson }}
  {{- end }}

  {{- range $localKey, $values := $tree }}
    {{- $localPath := printf "%s.%q" $basePath $localKey }}
    {{- $values = $values | default dict }}
    {{- $written := get $config.ingress.to $localKey | default dict }}
    {{- $local := include "bb-common.network-policies.ingress.parse.local-key" (dict "root" $root "key" $localKey "path" $localPath) | fromJson }}
    {{- $podSelector := include "bb-common.network-policies.select-local" (dict "root" $root "name" $local.subject "local" $values "written" $written "path" $localPath) | fromJson }}
    {{- $kinds := $values.from | default dict }}
    {{- include "bb-common.network-policies.check-kinds" (dict "root" $root "rules" $kinds "path" (printf "%s.from" $localPath)) }}

    {{- $prefix := printf "allow-ingress-to-%s" $local.subject }}
    {{- if ne $local.protocol "TCP" }}
      {{- $prefix = printf "%s-%s" $prefix (lower $local.protocol) }}
    {{- end }}

    {{- range $kind, $leaves := $kinds }}
      {{- if and (eq $kind "definition") (not $definitions) }}
        {{- /* Not before it is needed: finding the ports of kubeAPI asks the cluster. */}}
        {{- $definitions = include "bb-common.network-policies.collect-definitions" (dict "root" $root "direction" "ingress") | fromJson }}
      {{- end }}
      {{- range $remoteKey, $leaf := $leaves }}
        {{- $leafPath := printf "%s.from.%s.%q" $localPath $kind $remoteKey }}
        {{- if not (include "bb-common.network-policies.evaluate-leaf" (dict "root" $root "kind" $kind "leaf" $leaf "path" $leafPath)) }}
          {{- continue }}
        {{- end }}

        {{- $rule := include (printf "bb-common.network-policies.ingress.generate.from-%s" $kind) (dict
          "root" $root
          "key" $remoteKey
          "leaf" $leaf
          "written" (dig "from" $kind $remoteKey dict $written)
          "local" $local
          "definitions" $definitions
          "path" $leafPath
        ) | fromJson }}

        {{- $annotations := dict
          "generated.network-policies.bigbang.dev/local-key" $localKey
          "generated.network-policies.bigbang.dev/remote-key" $remoteKey
        }}
        {{- if $values.podSelector }}
          {{- $_ := set $annotations "generated.network-policies.bigbang.dev/with-local-selector-override" (toYaml $podSelector) }}
        {{- end }}
        {{- $annotations = merge $annotations ($rule.annotations | default dict) }}

        {{- $policy := include "bb-common.network-policies.build-policy" (dict
          "root" $root
          "direction" "ingress"
          "name" (printf "%s-%s" $prefix $rule.name)
          "podSelector" $podSelector
          "rules" $rule.rules
          "annotations" $annotations
          "local" $values
          "leaf" $leaf
        ) | fromJson }}
        {{- include "bb-common.network-policies.check-name" (dict "root" $root "name" $policy.metadata.name "path" $leafPath) }}
        {{- $policies = append $policies $policy }}

        {{- if and $isAuthorized $rule.authorization }}
          {{- $authorizations = append $authorizations (include "bb-common.istio.authorization-policies.generate.from-rule" (dict
            "root" $root
            "policyName" $policy.metadata.name
            "podSelector" $podSelector
            "endpoint" $local
            "authorization" $rule.authorization
            "annotations" $annotations
            "local" $values
            "leaf" $leaf
            "path" $leafPath
          ) | fromJson) }}
        {{- end }}
      {{- end }}
    {{- end }}
  {{- end }}

  {{- if ($config.hbonePortInjection | default dict).enabled }}
    {{- $policies = include "bb-common.network-policies.inject-hbone-ports" (list $policies "ingress") | fromJsonArray }}
  {{- end }}
  {{- $policies = concat $policies (include "bb-common.network-policies.ingress.defaults.collect" $root | fromJsonArray) }}
  {{- dict "networkPolicies" $policies "authorizationPolicies" $authorizations | toJson }}
{{- end }}
