{{- /*
Parses the key of an ingress k8s rule.

Inputs: dict with
  root  the root context
  key   the key
  path  where it stands, for the message
Output: JSON {identity, namespace, pod}; identity and pod may be empty.
*/}}
{{- define "bb-common.network-policies.ingress.parse.k8s-key" }}
  {{- $key := .key }}
  {{- if not (regexMatch `^([A-Za-z0-9-]+@)?([A-Za-z0-9-]+|\*)(/([A-Za-z0-9-]+|\*))?$` $key) }}
    {{- $hint := `write a key such as my-namespace, my-namespace/my-pod, "*/my-pod" or my-service-account@my-namespace/my-pod.` }}
    {{- if contains ":" $key }}
      {{- $hint = printf "ports of ingress stand in the local key: write\nto:\n  my-pod:8080:\n    from:\n      k8s:\n        %s: true" (regexReplaceAll `^[a-z]+://|:[^/@]*$` $key "") }}
    {{- end }}
    {{- include "bb-common.utils.fail-with-hint" (dict
      "root" .root
      "path" .path
      "problem" (printf "ingress k8s key %q does not match [SERVICEACCOUNT@]NAMESPACE[/POD], where each is letters, digits and -, and NAMESPACE and POD may be *" $key)
      "hint" $hint
    ) }}
  {{- end }}

  {{- $identity := contains "@" $key | ternary (splitList "@" $key | first) "" }}
  {{- $place := splitList "@" $key | last | splitList "/" }}
  {{- dict "identity" $identity "namespace" (first $place) "pod" (rest $place | join "") | toJson }}
{{- end }}
