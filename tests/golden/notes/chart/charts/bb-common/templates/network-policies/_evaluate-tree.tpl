{{- /*
Evaluates the templates in a whole rule tree: in keys, in values, and across them.

Inputs: dict with
  root  the root context
  tree  `networkPolicies.ingress.to` or `networkPolicies.egress.from`
  path  where the tree stands, for the message
Output: the tree, as JSON.
*/}}
{{- define "bb-common.network-policies.evaluate-tree" }}
  {{- $root := .root }}
  {{- $json := .tree | toJson }}
  {{- if contains "{{" $json }}
    {{- $tree := tpl (.tree | toYaml) $root | fromYaml }}
    {{- if hasKey $tree "Error" }}
      {{- include "bb-common.utils.fail-with-hint" (dict
        "root" $root
        "path" .path
        "problem" (printf "the templates in it do not give YAML: %s" $tree.Error)
        "hint" "look for a template that gives a colon, a quote or a newline, and quote its result."
      ) }}
    {{- end }}
    {{- $json = $tree | toJson }}
  {{- end }}
  {{- print $json }}
{{- end }}
