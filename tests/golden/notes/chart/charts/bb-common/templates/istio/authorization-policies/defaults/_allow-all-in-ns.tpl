{{- /*
Allows requests from the release's own namespace.

Inputs: the root context.
Output: spec of an AuthorizationPolicy, as YAML.
*/}}
{{- define "bb-common.istio.authorization-policies.defaults.allow-all-in-ns" }}
action: ALLOW
rules:
  - from:
      - source:
          namespaces:
            - {{ .Release.Namespace | quote }}
{{- end }}
