{{- /*
Turns namespace and pod of a k8s rule into a NetworkPolicy peer and its part of the object name.

Inputs: dict with
  root       the root context
  namespace  a name, or `*`
  pod        a name, `*`, or empty for any pod
  leaf       value of the remote key; its podSelector and namespaceSelector replace the named ones
  written    that value before its templates were evaluated
  path       where the leaf stands, for the message
Output: JSON {peer, name[, overrides]}; overrides are the selectors that the leaf replaced.
*/}}
{{- define "bb-common.network-policies.select-peer" }}
  {{- $root := .root }}
  {{- $path := .path }}
  {{- $written := kindIs "map" .written | ternary .written dict }}
  {{- $result := dict }}

  {{- $namespaceSelector := dict }}
  {{- $namespaceName := "any-ns" }}
  {{- if ne .namespace "*" }}
    {{- $namespaceSelector = dict "matchLabels" (dict "kubernetes.io/metadata.name" .namespace) }}
    {{- $namespaceName = printf "ns-%s" .namespace }}
  {{- end }}

  {{- $podSelector := dict }}
  {{- $podName := "any-pod" }}
  {{- if and .pod (ne .pod "*") }}
    {{- $podSelector = dict "matchLabels" (dict "app.kubernetes.io/name" .pod) }}
    {{- $podName = printf "pod-%s" .pod }}
  {{- end }}

  {{- $peer := dict "namespaceSelector" $namespaceSelector "podSelector" $podSelector }}
  {{- if kindIs "map" .leaf }}
    {{- $overrides := dict }}
    {{- range $key, $selector := pick .leaf "podSelector" "namespaceSelector" }}
      {{- if $selector }}
        {{- include "bb-common.network-policies.check-selector" (dict "root" $root "selector" $selector "written" (get $written $key) "path" (printf "%s.%s" $path $key)) }}
        {{- $_ := set $overrides $key $selector }}
        {{- $_ := set $peer $key $selector }}
      {{- end }}
    {{- end }}
    {{- if $overrides }}
      {{- $_ := set $result "overrides" $overrides }}
    {{- end }}
  {{- end }}

  {{- $_ := set $result "peer" $peer }}
  {{- $_ := set $result "name" (printf "%s-%s" $namespaceName $podName) }}
  {{- $result | toJson }}
{{- end }}
