{{- /*
Selects the container port that a route's NetworkPolicy opens. It is never a template: it is part of an object name.

Inputs: dict with
  root   the root context
  route  the route's values
  path   where it stands, for the message
Output: a port number or name, as text; empty for any port.
*/}}
{{- define "bb-common.routes.inbound.select-port" }}
  {{- $key := empty .route.containerPort | ternary "port" "containerPort" }}
  {{- $port := get .route $key | default "" | toString }}
  {{- if not (regexMatch `^([1-9]\d{0,4}|[a-z0-9-]*[a-z][a-z0-9-]*)?$` $port) }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" .root
      "path" (printf "%s.%s" .path $key)
      "problem" (printf "the NetworkPolicy cannot use %q: it takes the number or name of a container port, and no template" $port)
      "hint" "write, beside port, the port that the pod listens on:\ncontainerPort: 8080"
    ) }}
  {{- end }}
  {{- print $port }}
{{- end }}
