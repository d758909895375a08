{{- /*
Collects `networkPolicies.additionalPolicies`, or the older key `additional` where the former is empty.

Names stay as written: `prependReleaseName` is for names that this chart makes.

Inputs: the root context.
Output: NetworkPolicies, as a JSON list.
*/}}
{{- define "bb-common.network-policies.collect-additional" }}
  {{- $root := . }}
  {{- $policies := list }}
  {{- $config := $root.Values.networkPolicies }}
  {{- range $index, $entry := coalesce $config.additionalPolicies $config.additional list }}
    {{- if not (and $entry.name (kindIs "map" $entry.spec)) }}
      {{- include "bb-common.utils.fail-with-hint" (dict
        "root" $root
        "path" (printf "networkPolicies.additionalPolicies[%d]" $index)
        "problem" (printf "%s lacks a name or a spec; each entry needs both" ($entry | toJson))
        "hint" "write\n- name: my-policy\n  spec:\n    podSelector: {}\n    policyTypes: [Ingress]"
      ) }}
    {{- end }}

    {{- $spec := $entry.spec }}
    {{- if contains "{{" ($spec | toJson) }}
      {{- $spec = tpl ($spec | toYaml) $root | fromYaml }}
    {{- end }}

    {{- $metadata := dict
      "name" $entry.name
      "namespace" $root.Release.Namespace
      "labels" (mergeOverwrite (dict "network-policies.bigbang.dev/source" "bb-common") ($entry.labels | default dict))
    }}
    {{- if $entry.annotations }}
      {{- $_ := set $metadata "annotations" $entry.annotations }}
    {{- end }}
    {{- $policies = append $policies (dict "apiVersion" "networking.k8s.io/v1" "kind" "NetworkPolicy" "metadata" $metadata "spec" $spec) }}
  {{- end }}
  {{- $policies | toJson }}
{{- end }}
