{{- /*
Evaluates the templates in a route's hosts.

Inputs: dict with
  root   the root context
  hosts  list of host names or templates of them
  path   where the list stands, for the message
Output: the hosts, as a JSON list.
*/}}
{{- define "bb-common.routes.evaluate-hosts" }}
  {{- $root := .root }}
  {{- $path := .path }}
  {{- if not (and .hosts (kindIs "slice" .hosts)) }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" $root
      "path" $path
      "problem" (printf "%s has no host; a route needs at least one" (.hosts | toJson))
      "hint" "write\nhosts:\n  - my-app.example.com"
    ) }}
  {{- end }}

  {{- $hosts := list }}
  {{- range $index, $text := .hosts }}
    {{- $host := $text }}
    {{- if contains "{{" (toString $text) }}
      {{- $host = tpl $text $root }}
    {{- end }}
    {{- if not (regexMatch `^(\*|[^\s{}.]+)(\.[^\s{}.]+)*$` (toString $host)) }}
      {{- include "bb-common.utils.fail-with-hint" (dict
        "root" $root
        "path" (printf "%s[%d]" $path $index)
        "problem" (printf "%q gives %q, which is not a host name" $text $host)
        "hint" "check the value that the template reads: in a subchart the package's domain is {{ .Values.global.domain }}."
      ) }}
    {{- end }}
    {{- $hosts = append $hosts $host }}
  {{- end }}
  {{- $hosts | toJson }}
{{- end }}
