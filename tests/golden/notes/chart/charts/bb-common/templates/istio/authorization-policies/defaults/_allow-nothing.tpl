{{- /*
Allows no request: an ALLOW policy without rules matches none, and its being there denies what no other policy allows.

Inputs: the root context.
Output: spec of an AuthorizationPolicy, as YAML.
*/}}
{{- define "bb-common.istio.authorization-policies.defaults.allow-nothing" }}
{}
{{- end }}
