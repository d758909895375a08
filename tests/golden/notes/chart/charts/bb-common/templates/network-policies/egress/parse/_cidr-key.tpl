{{- /*
Parses the key of an egress cidr rule. A range of ports becomes single ports here: so does the contract.

Inputs: dict with
  root  the root context
  key   the key
  path  where it stands, for the message
Output: the output of parse-endpoint, with cidr instead of subject, as JSON.
*/}}
{{- define "bb-common.network-policies.egress.parse.cidr-key" }}
  {{- $key := .key }}
  {{- if not (regexMatch `^((tcp|udp)://)?(\d+\.){3}\d+/\d+(:(\d+-\d+|\[?\d+(,\d+)*\]?))?$` $key) }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" .root
      "path" .path
      "problem" (printf "egress cidr key %q does not match [tcp://|udp://]A.B.C.D/LENGTH[:PORTS] (IPv4), where PORTS is 8080, 8000-8010, [80,443] or 80,443" $key)
      "hint" "write a key such as 10.0.0.0/8:443, 10.1.2.3/32:[80,443] or udp://10.1.2.3/32:53."
    ) }}
  {{- end }}
  {{- $endpoint := include "bb-common.network-policies.parse-endpoint" . | fromJson }}
  {{- include "bb-common.network-policies.check-cidr" (dict "root" .root "cidr" $endpoint.subject "key" $key "path" .path) }}

  {{- $ports := $endpoint.ports }}
  {{- if $endpoint.isRange }}
    {{- /* No object name holds more ports than this, and lists of thousands take Helm minutes. */}}
    {{- $count := sub (last $ports) (first $ports) | add1 }}
    {{- if gt $count 126 }}
      {{- include "bb-common.utils.fail-with-hint" (dict
        "root" .root
        "path" .path
        "problem" (printf "key %q means %d single ports, for a range of ports to an address block is written out; an object name has no room for more than 126" $key $count)
        "hint" (printf "write a literal rule:\nliteral:\n  my-rule:\n    spec:\n      - to:\n          - ipBlock: {cidr: %s}\n        ports:\n          - {port: %d, endPort: %d, protocol: %s}" $endpoint.subject (first $ports | int) (last $ports | int) $endpoint.protocol)
      ) }}
    {{- end }}
    {{- $ports = untilStep (first $ports | int) (add1 (last $ports) | int) 1 }}
  {{- end }}
  {{- dict "protocol" $endpoint.protocol "cidr" $endpoint.subject "ports" $ports "isRange" false | toJson }}
{{- end }}
