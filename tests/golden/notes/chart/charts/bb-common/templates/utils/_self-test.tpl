{{- /*
Renders one TestResult document per entry of `selfTest`, so that any helper can be tested as a function.

Inputs: the root context; `selfTest.<template name>` is the argument itself, or {args, resultIsYaml}.
Output: YAML documents of the made-up kind testing.bb-common.bigbang.dev/v1 TestResult.
*/}}
{{- define "bb-common.utils.self-test" }}
  {{- range $templateName, $case := .Values.selfTest }}
    {{- $args := $case }}
    {{- $isYaml := false }}
    {{- if kindIs "map" $case }}
      {{- $args = hasKey $case "args" | ternary $case.args $case }}
      {{- $isYaml = $case.resultIsYaml }}
    {{- end }}

    {{- $text := include $templateName $args }}
    {{- $result := $text }}
    {{- if $isYaml }}
      {{- $result = (printf "result: %s" ($text | nindent 2) | fromYaml).result }}
    {{- end }}

    {{- $test := dict
      "apiVersion" "testing.bb-common.bigbang.dev/v1"
      "kind" "TestResult"
      "metadata" (dict "name" $templateName)
      "args" $args
      "result" $result
    }}
    {{- print "---\n" | nindent 0 }}
    {{- $test | toYaml }}
  {{- end }}
{{- end }}
