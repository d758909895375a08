{{- /*
Takes a key of the form `[tcp|udp://]SUBJECT[:PORTS]` apart. The caller has matched it against the grammar.

Inputs: dict with
  root  the root context
  key   the key
  path  where it stands, for the message
Output: JSON {protocol, subject, ports, isRange}; a range lists its first and its last port.
*/}}
{{- define "bb-common.network-policies.parse-endpoint" }}
  {{- $root := .root }}
  {{- $key := .key }}
  {{- $path := .path }}

  {{- $protocol := "TCP" }}
  {{- $rest := $key }}
  {{- if contains "://" $key }}
    {{- $protocol = splitList "://" $key | first | upper }}
    {{- $rest = splitList "://" $key | last }}
  {{- end }}
  {{- $subject := splitList ":" $rest | first }}
  {{- $spec := trimPrefix $subject $rest | trimPrefix ":" }}
  {{- $isRange := contains "-" $spec }}

  {{- $ports := list }}
  {{- range $text := regexFindAll `\d+` $spec -1 }}
    {{- $port := atoi $text }}
    {{- if or (lt $port 1) (gt $port 65535) }}
      {{- include "bb-common.utils.fail-with-hint" (dict
        "root" $root
        "path" $path
        "problem" (printf "port %s of key %q does not exist; ports go from 1 to 65535" $text $key)
        "hint" "write a port in that range."
      ) }}
    {{- end }}
    {{- $ports = append $ports $port }}
  {{- end }}
  {{- if and $isRange (gt (first $ports) (last $ports)) }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" $root
      "path" $path
      "problem" (printf "port range %s of key %q ends before it begins" $spec $key)
      "hint" (printf "write %d-%d." (last $ports) (first $ports))
    ) }}
  {{- end }}
  {{- dict "protocol" $protocol "subject" $subject "ports" $ports "isRange" $isRange | toJson }}
{{- end }}
