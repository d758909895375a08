{{- /*
Refuses a label selector that the API server would reject, or that can select nothing.

An empty label value is a value like any other to Kubernetes; one that a template gave is a misspelt name more often.

Inputs: dict with
  root      the root context
  selector  a Kubernetes label selector
  written   the selector before its templates were evaluated; absent if its place was not found
  path      where it stands, for the message
Output: none; may fail.
*/}}
{{- define "bb-common.network-policies.check-selector" }}
  {{- $root := .root }}
  {{- $selector := .selector }}
  {{- $path := .path }}
  {{- $isLiteral := and .written (not (contains "{{" (.written | toJson))) }}

  {{- $problem := "" }}
  {{- $hint := "write\nmatchLabels:\n  app.kubernetes.io/name: my-app" }}
  {{- if not (kindIs "map" $selector) }}
    {{- $problem = printf "%s is not a label selector" ($selector | toJson) }}
  {{- else }}
    {{- range $key, $_ := omit $selector "matchLabels" "matchExpressions" }}
      {{- $problem = printf "%q is not a key of a label selector; the keys are matchLabels and matchExpressions" $key }}
      {{- $hint = printf "write\nmatchLabels:\n  %s" ($selector | toYaml | nindent 2 | trim) }}
    {{- end }}

    {{- $labels := $selector.matchLabels | default dict }}
    {{- range $key, $value := $labels }}
      {{- if not (kindIs "string" $value) }}
        {{- $problem = printf "label %q has the value %s; a label value is a string" $key ($value | toJson) }}
        {{- $hint = printf "write a value in quotes; if any value will do, write\nmatchExpressions:\n  - {key: %s, operator: Exists}" $key }}
      {{- else if not (or $value $isLiteral) }}
        {{- $problem = printf "the template of label %q gives an empty value" $key }}
        {{- $hint = printf "correct the template; if any value will do, write\nmatchExpressions:\n  - {key: %s, operator: Exists}" $key }}
      {{- end }}
    {{- end }}

    {{- range $expression := $selector.matchExpressions }}
      {{- $shown := $expression | toJson }}
      {{- $values := $expression.values | default list }}
      {{- $takesValues := has $expression.operator (list "In" "NotIn") }}
      {{- if not (has $expression.operator (list "In" "NotIn" "Exists" "DoesNotExist")) }}
        {{- $problem = printf "operator of %s is not one of In, NotIn, Exists, DoesNotExist" $shown }}
        {{- $hint = "write one of these operators." }}
      {{- else if and $takesValues (not $values) }}
        {{- $problem = printf "%s has no values, so it selects nothing; In and NotIn need at least one" $shown }}
        {{- $hint = "add values: [a-value], or use the operator Exists." }}
      {{- else if and (not $takesValues) $values }}
        {{- $problem = printf "%s has values; Exists and DoesNotExist take none" $shown }}
        {{- $hint = "delete values, or use the operator In." }}
      {{- else if hasKey $labels $expression.key }}
        {{- $value := get $labels $expression.key }}
        {{- if or
          (eq $expression.operator "DoesNotExist")
          (and (eq $expression.operator "NotIn") (has $value $values))
          (and (eq $expression.operator "In") (not (has $value $values)))
        }}
          {{- $problem = printf "it selects nothing: matchLabels wants %s: %s, and %s excludes it" $expression.key $value $shown }}
          {{- $hint = printf "keep one of the two conditions on %s." $expression.key }}
        {{- end }}
      {{- end }}
    {{- end }}
  {{- end }}

  {{- if $problem }}
    {{- include "bb-common.utils.fail-with-hint" (dict "root" $root "path" $path "problem" $problem "hint" $hint) }}
  {{- end }}
{{- end }}
