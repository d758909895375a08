{{- /*
The PeerAuthentication of the namespace, in sidecar and in ambient mode.

Inputs: the root context.
Output: the object, as JSON.
*/}}
{{- define "bb-common.istio.defaults.peer-authentication" }}
  {{- $mode := (.Values.istio.mtls | default dict).mode | default "STRICT" }}
  {{- include "bb-common.istio.build-resource" (dict
    "root" .
    "apiVersion" "security.istio.io/v1"
    "kind" "PeerAuthentication"
    "name" "default-peer-auth"
    "spec" (dict "mtls" (dict "mode" $mode))
  ) }}
{{- end }}
