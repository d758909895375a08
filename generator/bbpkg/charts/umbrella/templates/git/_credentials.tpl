{{- /*
Whether any credential is given.

Inputs: the section `credentials`; may be missing.
Output: true, or nothing.
*/}}
{{- define "umbrella.git.any-credential" -}}
{{- with . }}
  {{- if coalesce .username .password .caFile .privateKey .publicKey .knownHosts "" }}true{{ end }}
{{- end }}
{{- end }}

{{- /*
The Secret with which Flux reads a repository: that of the package, or else that of the umbrella.

Inputs: dict with
  root   the root context
  git    the section `git` of the package
  name   what the objects of the package are called
  owner  what stands in front of that in the name of its Secret
Output: a name; empty for none.
*/}}
{{- define "umbrella.git.secret-name" -}}
{{- $ours := .root.Values.git }}
{{- if .git.existingSecret }}
  {{- .git.existingSecret }}
{{- else if include "umbrella.git.any-credential" .git.credentials }}
  {{- printf "%s-%s-git-credentials" .owner (include "umbrella.package.name" .name) }}
{{- else if $ours.existingSecret }}
  {{- $ours.existingSecret }}
{{- else if include "umbrella.git.any-credential" $ours.credentials }}
  {{- printf "%s-git-credentials" .root.Release.Name }}
{{- end }}
{{- end }}

{{- /*
The content of a Secret with credentials: of HTTPS, or else of SSH.

Inputs: dict with
  git    the section `git`
  owner  the place of that section, for messages
Output: entries of a Secret; empty when it is not to be made.
*/}}
{{- define "umbrella.git.credentials" -}}
{{- if and (not .git.existingSecret) (include "umbrella.git.any-credential" .git.credentials) }}
{{- $given := .git.credentials }}
{{- if coalesce $given.username $given.password $given.caFile "" }}
  {{- if ne (empty $given.username) (empty $given.password) }}
    {{- fail (printf "%s.git.credentials has username or password; both are needed." .owner) }}
  {{- end }}
  {{- with $given.caFile }}
caFile: {{ b64enc . }}
  {{- end }}
  {{- if $given.username }}
username: {{ b64enc $given.username }}
password: {{ b64enc $given.password }}
  {{- end }}
{{- else }}
  {{- if not (and $given.privateKey $given.publicKey $given.knownHosts) }}
    {{- fail (printf "%s.git.credentials has some of privateKey, publicKey and knownHosts; all three are needed." .owner) }}
  {{- end }}
identity: {{ b64enc $given.privateKey }}
identity.pub: {{ b64enc $given.publicKey }}
known_hosts: {{ b64enc $given.knownHosts }}
{{- end }}
{{- end }}
{{- end }}
