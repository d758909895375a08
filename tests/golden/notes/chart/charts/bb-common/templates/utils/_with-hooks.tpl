{{- /*
Adds the hook copies of a default set, if `networkPolicies.defaultsAsHooks` asks for them.

Inputs: dict with
  root       the root context
  resources  the default objects
Output: the objects, followed by their hook copies, as a JSON list.
*/}}
{{- define "bb-common.utils.with-hooks" }}
  {{- $root := .root }}
  {{- $resources := .resources }}
  {{- $config := ($root.Values.networkPolicies | default dict).defaultsAsHooks | default dict }}
  {{- if $config.enabled }}
    {{- $hooks := include "bb-common.utils.as-hooks" (list
      $resources
      ($config.hooks | default (list "pre-install" "pre-upgrade" "post-delete"))
      (hasKey $config "weight" | ternary $config.weight -5)
      ($config.deletePolicies | default (list "hook-succeeded" "before-hook-creation"))
    ) | fromJsonArray }}
    {{- $resources = concat $resources $hooks }}
  {{- end }}
  {{- $resources | toJson }}
{{- end }}
