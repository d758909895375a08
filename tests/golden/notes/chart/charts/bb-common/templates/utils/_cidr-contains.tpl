{{- /*
Tells whether one IPv4 block lies within another; equal blocks contain each other.

Inputs: list of two CIDR strings, outer and inner.
Output: "true" or "false".
*/}}
{{- define "bb-common.utils.cidr-contains" }}
  {{- $blocks := list }}
  {{- range $cidr := . }}
    {{- $parts := splitList "/" $cidr }}
    {{- $bits := "" }}
    {{- range $octet := splitList "." (first $parts) }}
      {{- $bits = printf "%s%08b" $bits (int $octet) }}
    {{- end }}
    {{- $blocks = append $blocks (trunc (last $parts | int) $bits) }}
  {{- end }}
  {{- hasPrefix (index $blocks 0) (index $blocks 1) }}
{{- end }}
