{{- /*
What the objects of a package are called.

Inputs: the key of the package below `packages`.
Output: a name.
*/}}
{{- define "umbrella.package.name" -}}
{{ regexReplaceAll "\\W+" . "-" | trimPrefix "-" | trunc 63 | trimSuffix "-" | kebabcase }}
{{- end }}

{{- /*
The namespace that a package is installed in.

Inputs: dict with
  name     what the objects of the package are called
  package  the package
Output: a name.
*/}}
{{- define "umbrella.package.namespace" -}}
{{ dig "namespace" "name" .name .package }}
{{- end }}

{{- /*
The namespace of the objects of Flux and of the Secret with values.

Inputs: as those of umbrella.package.namespace.
Output: a name.
*/}}
{{- define "umbrella.package.release-namespace" -}}
{{ dig "helmRelease" "namespace" "" .package | default (include "umbrella.package.namespace" .) }}
{{- end }}

{{- /*
The namespaces of the packages that ask for something.

Inputs: dict with
  root     the root context
  section  the section of a package that has the switch
  switch   its name
  default  whether a package without the switch asks
Output: names, parted by spaces.
*/}}
{{- define "umbrella.package.namespaces" -}}
{{- $found := list }}
{{- range $key, $package := .root.Values._customPackages }}
  {{- $switch := dig $.section $.switch dict $package }}
  {{- if and (dig "enabled" true $package) (ternary $switch $.default (kindIs "bool" $switch)) }}
    {{- $found = append $found (include "umbrella.package.namespace" (dict "name" (include "umbrella.package.name" $key) "package" $package)) }}
  {{- end }}
{{- end }}
{{- join " " (uniq $found) | trim }}
{{- end }}
