{{- /*
The labels of every object.

Inputs: the root context.
Output: lines of a mapping.
*/}}
{{- define "umbrella.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: bigbang
app.kubernetes.io/version: {{ .Chart.AppVersion | default .Chart.Version | replace "+" "_" }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}
