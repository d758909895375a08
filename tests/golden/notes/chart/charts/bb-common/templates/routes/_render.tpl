{{- /*
Entry point: prints the objects of `routes`, if the cluster knows Istio's routing kinds.

Whether the package is in the mesh (`istio.enabled`) is no condition: a gateway can route to a pod outside it.

Inputs: the root context.
Output: YAML documents.
*/}}
{{- define "bb-common.routes.render" }}
  {{- $root := . }}
  {{- if and $root.Values.routes ($root.Capabilities.APIVersions.Has "networking.istio.io/v1") }}
    {{- include "bb-common.utils.refuse-both-forms" (dict "root" $root "area" "routes") }}
    {{- $inbound := include "bb-common.routes.inbound.collect" $root | fromJsonArray }}
    {{- $outbound := include "bb-common.routes.outbound.collect" $root | fromJsonArray }}
    {{- include "bb-common.utils.print-resources" (concat $inbound $outbound) }}
  {{- end }}
{{- end }}
