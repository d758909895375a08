{{- /*
Collects `istio.authorizationPolicies.additionalPolicies` that are on, in order of their keys.

Inputs: the root context.
Output: AuthorizationPolicies, as a JSON list.
*/}}
{{- define "bb-common.istio.authorization-policies.collect-additional" }}
  {{- $root := . }}
  {{- $config := $root.Values.istio.authorizationPolicies }}
  {{- $policies := list }}
  {{- range $key, $entry := coalesce $config.additionalPolicies $config.additional dict }}
    {{- $path := printf "istio.authorizationPolicies.additionalPolicies.%s" $key }}
    {{- if not (kindIs "map" $entry) }}
      {{- include "bb-common.utils.fail-with-hint" (dict
        "root" $root
        "path" $path
        "problem" (printf "%s is not a map with a spec" ($entry | toJson))
        "hint" (printf "write\n%s:\n  enabled: true\n  spec:\n    # the spec of an AuthorizationPolicy" $key)
      ) }}
    {{- end }}
    {{- if hasKey $entry "enabled" | ternary $entry.enabled true }}
      {{- $policies = append $policies (include "bb-common.istio.build-resource" (dict
        "root" $root
        "apiVersion" "security.istio.io/v1"
        "kind" "AuthorizationPolicy"
        "name" ($entry.name | default $key)
        "labels" (merge (dict "authorization-policies.bigbang.dev/source" "bb-common") ($entry.labels | default dict))
        "annotations" $entry.annotations
        "spec" $entry.spec
      ) | fromJson) }}
    {{- end }}
  {{- end }}
  {{- $policies | toJson }}
{{- end }}
