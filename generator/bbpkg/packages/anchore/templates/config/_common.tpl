<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
What the configuration of every service has in common. Secrets are variables that the service puts in as text before it
reads YAML: a block scalar keeps every character of theirs.
Input: root; database, the connection as YAML. Output: YAML map.
*/ -}}
{{- define "anchore.config.common" -}}
{{- $root := .root -}}
{{- $isEnterprise := eq $root.Values.global.edition "enterprise" -}}
service_dir: /anchore_service
tmp_dir: /analysis_scratch
log_level: {{ $root.Values.logging.level }}
host_id: "${ANCHORE_POD_NAME}"
allow_awsecr_iam_auto: false
internal_ssl_verify: true
auto_restart_services: false
global_client_connect_timeout: 0
global_client_read_timeout: 0
image_analyze_timeout_seconds: {{ $root.Values.analyzer.timeoutSeconds | int64 }}
max_compressed_image_size_mb: {{ $root.Values.analyzer.maxCompressedImageSizeMb | int64 }}
{{- if $isEnterprise }}
license_file: /home/anchore/license.yaml
{{- end }}
metrics:
  enabled: {{ include "anchore.metrics.enabled" $root }}
  auth_disabled: {{ not $root.Values.monitoring.authEnabled }}
default_admin_email: {{ $root.Values.admin.email | quote }}
default_admin_password: |2-
  ${ANCHORE_ADMIN_PASSWORD}
{{- if or $root.Values.authentication.secret $root.Values.authentication.existingSecret }}
keys:
  secret: |2-
    ${ANCHORE_SAML_SECRET}
{{- end }}
user_authentication:
  oauth:
    enabled: {{ $root.Values.authentication.oauthEnabled }}
    default_token_expiration_seconds: 3600
  hashed_passwords: {{ $root.Values.authentication.hashedPasswords }}
credentials:
  database:
    {{- .database | nindent 4 }}
{{- end -}}
