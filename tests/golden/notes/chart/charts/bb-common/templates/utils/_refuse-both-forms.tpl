{{- /*
Fails if a package uses the flat and the nested form for one area: every object would be rendered twice, with one name.

Only a package that includes this chart's helpers sees both sets of values; as a subchart this chart sees its own alone.

Inputs: dict with
  root  the root context
  area  `networkPolicies`, `istio` or `routes`
Output: none; may fail.
*/}}
{{- define "bb-common.utils.refuse-both-forms" }}
  {{- $root := .root }}
  {{- $area := .area }}
  {{- if kindIs "map" (get $root.Values "bb-common") }}
    {{- $flat := get $root.Values $area | default dict }}
    {{- $nested := get (get $root.Values "bb-common") $area | default dict }}
    {{- $isBoth := and $flat.enabled $nested.enabled }}
    {{- $switch := printf "%s.enabled: false" $area }}
    {{- if eq $area "routes" }}
      {{- $isBoth = and (or $flat.inbound $flat.outbound) (or $nested.inbound $nested.outbound) }}
      {{- $switch = "routes: {inbound: {}, outbound: {}}" }}
    {{- end }}
    {{- if $isBoth }}
      {{- include "bb-common.utils.fail-with-hint" (dict
        "root" $root
        "path" $area
        "problem" (printf "both %s and bb-common.%s are in use, so each object would be rendered twice under one name; a package uses one form" $area $area)
        "hint" (printf "keep bb-common.%s and delete the template that includes \"bb-common.*.render\" (nested form), or set bb-common.%s (flat form)." $area $switch)
      ) }}
    {{- end }}
  {{- end }}
{{- end }}
