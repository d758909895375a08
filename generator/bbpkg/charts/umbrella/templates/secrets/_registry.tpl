{{- /*
The login to one registry, in Docker's format. The text counts, not only what it means: it goes into a Secret.

Inputs: dict with host, username, password, email.
Output: JSON.
*/}}
{{- define "umbrella.registry.login" -}}
{{- $login := printf "%s:%s" .username .password | b64enc -}}
{{ printf `{"auths":{"%s":{"username":"%s","password":"%s","email":"%s","auth":"%s"}}}` .host .username .password .email $login }}
{{- end }}

{{- /*
The logins to all registries, in Docker's format; a list is written over several lines.

Inputs: the root context.
Output: JSON; empty for no credentials.
*/}}
{{- define "umbrella.registry.config" -}}
{{- $given := .Values.registryCredentials }}
{{- if and (kindIs "map" $given) $given }}
  {{- if and $given.username $given.password }}
    {{- $host := $given.registry | default "registry1.dso.mil" }}
    {{- include "umbrella.registry.login" (dict "host" $host "username" $given.username "password" $given.password "email" ($given.email | default "")) }}
  {{- end }}
{{- else if and (kindIs "slice" $given) $given -}}
{
  "auths": {
  {{- range $index, $one := $given }}
  {{- if and $one.registry $one.username $one.password }}
    {{- ternary "," "" (gt $index 0) }}
    "{{ $one.registry }}": {
      "username": "{{ $one.username }}",
      "password": "{{ $one.password }}",
      "email": "{{ $one.email | default "" }}",
      "auth": "{{ printf "%s:%s" $one.username $one.password | b64enc }}"
    }
  {{- end }}
  {{- end }}
  }
}
{{- end }}
{{- end }}
