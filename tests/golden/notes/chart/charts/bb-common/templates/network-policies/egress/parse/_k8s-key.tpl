{{- /*
Parses the key of an egress k8s rule.

Inputs: dict with
  root  the root context
  key   the key
  path  where it stands, for the message
Output: the output of parse-endpoint, with namespace and pod instead of subject, as JSON; pod may be empty.
*/}}
{{- define "bb-common.network-policies.egress.parse.k8s-key" }}
  {{- $key := .key }}
  {{- if not (regexMatch `^((tcp|udp)://)?([A-Za-z0-9-]+|\*)(/([A-Za-z0-9-]+|\*))?(:(\d+-\d+|\[?\d+(,\d+)*\]?))?$` $key) }}
    {{- $hint := `write a key such as my-namespace/my-pod:8080, "*/my-pod:[80,443]", udp://my-namespace/my-pod:53 or my-namespace.` }}
    {{- if contains "@" $key }}
      {{- $hint = printf "egress knows no service accounts: write\n%s: true" (regexReplaceAll `[^/@]*@` $key "") }}
    {{- end }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" .root
      "path" .path
      "problem" (printf "egress k8s key %q does not match [tcp://|udp://]NAMESPACE[/POD][:PORTS], where NAMESPACE and POD are letters, digits and -, or *, and PORTS is 8080, 8000-8010, [80,443] or 80,443" $key)
      "hint" $hint
    ) }}
  {{- end }}
  {{- $endpoint := include "bb-common.network-policies.parse-endpoint" . | fromJson }}
  {{- $place := splitList "/" $endpoint.subject }}
  {{- $_ := set $endpoint "namespace" (first $place) }}
  {{- $_ := set $endpoint "pod" (rest $place | join "") }}
  {{- omit $endpoint "subject" | toJson }}
{{- end }}
