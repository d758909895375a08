{{- /*
The type of the Helm repositories with a name.

Inputs: dict with
  root      the root context
  helmRepo  a section that names the repository
Output: a type; empty when the umbrella knows none.
*/}}
{{- define "umbrella.helm-repository.type" -}}
{{- range .root.Values.helmRepositories }}
{{- if eq .name $.helmRepo.repoName }}
{{- .type }}
{{- end }}
{{- end }}
{{- end }}
