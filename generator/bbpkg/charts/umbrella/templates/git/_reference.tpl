{{- /*
Which commit of a repository Flux takes: of what is given, the most exact.

Inputs: the section `git`.
Output: lines of a mapping.
*/}}
{{- define "umbrella.git.reference" -}}
{{- if .commit }}
  {{- if not .branch }}
    {{- fail "git.commit is given without git.branch; Flux needs the branch that the commit is on." }}
  {{- end -}}
branch: {{ .branch | quote }}
commit: {{ .commit }}
{{- else if .semver -}}
semver: {{ .semver | quote }}
{{- else if .tag -}}
tag: {{ .tag }}
{{- else -}}
branch: {{ .branch | quote }}
{{- end }}
{{- end }}
