{{- /*
Takes the first gateway of a route apart; NetworkPolicy and AuthorizationPolicy are made for this one.

Inputs: dict with
  root      the root context
  gateways  the list of gateways
  path      where it stands, for the message
Output: JSON {namespace, name}.
*/}}
{{- define "bb-common.routes.inbound.parse-gateway" }}
  {{- $root := .root }}
  {{- $hint := "write\ngateways:\n  - istio-gateway/public-ingressgateway" }}
  {{- if not (and .gateways (kindIs "slice" .gateways)) }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" $root
      "path" .path
      "problem" (printf "%s has no gateway; a route needs at least one" (.gateways | toJson))
      "hint" $hint
    ) }}
  {{- end }}
  {{- $gateway := first .gateways | toString }}
  {{- if not (regexMatch `^[a-z0-9]([a-z0-9-]*[a-z0-9])?/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$` $gateway) }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" $root
      "path" (printf "%s[0]" .path)
      "problem" (printf "gateway %q does not match NAMESPACE/GATEWAY, lower case; the first gateway is the one whose pods the policies let in" $gateway)
      "hint" $hint
    ) }}
  {{- end }}
  {{- $parts := splitList "/" $gateway }}
  {{- dict "namespace" (first $parts) "name" (last $parts) | toJson }}
{{- end }}
