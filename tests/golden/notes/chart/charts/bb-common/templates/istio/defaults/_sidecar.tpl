{{- /*
The Sidecar that decides where the proxies of the namespace may connect to.

Inputs: the root context.
Output: the object, as JSON.
*/}}
{{- define "bb-common.istio.defaults.sidecar" }}
  {{- $mode := .Values.istio.sidecar.outboundTrafficPolicyMode | default "REGISTRY_ONLY" }}
  {{- include "bb-common.istio.build-resource" (dict
    "root" .
    "apiVersion" "networking.istio.io/v1"
    "kind" "Sidecar"
    "name" "sidecar"
    "spec" (dict "outboundTrafficPolicy" (dict "mode" $mode))
  ) }}
{{- end }}
