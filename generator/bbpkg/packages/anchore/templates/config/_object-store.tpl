<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
A store of objects as the catalog reads it. Keys without a value are left out: the driver refuses empty ones.
Input: store, the values of the store; prefix, of the variables with its secrets. Output: YAML map.
*/ -}}
{{- define "anchore.config.object-store" -}}
{{- $store := .store -}}
compression:
  enabled: {{ $store.compression.enabled }}
  min_size_kbytes: {{ $store.compression.minSizeKbytes | int64 }}
storage_driver:
  name: {{ $store.driver }}
  {{- if eq $store.driver "s3" }}
  config:
    bucket: {{ $store.s3.bucket | quote }}
    {{- with $store.s3.prefix }}
    prefix: {{ . | quote }}
    {{- end }}
    create_bucket: {{ $store.s3.createBucket }}
    {{- if $store.s3.endpoint }}
    url: {{ $store.s3.endpoint | quote }}
    {{- else }}
    region: {{ $store.s3.region | quote }}
    {{- end }}
    {{- if $store.s3.iamAuto }}
    iamauto: true
    {{- else }}
    access_key: |2-
      ${ {{- .prefix }}_ACCESS_KEY}
    secret_key: |2-
      ${ {{- .prefix }}_SECRET_KEY}
    {{- end }}
  {{- else if eq $store.driver "swift" }}
  config:
    container: {{ $store.swift.container | quote }}
    create_container: {{ $store.swift.createContainer }}
    {{- with $store.swift.prefix }}
    anchore_key_prefix: {{ . | quote }}
    {{- end }}
    {{- if eq $store.swift.authVersion "1" }}
    user: {{ $store.swift.username | quote }}
    key: |2-
      ${ {{- .prefix }}_PASSWORD}
    auth: {{ $store.swift.authUrl | quote }}
    {{- else }}
    auth_version: {{ $store.swift.authVersion | quote }}
    os_username: {{ $store.swift.username | quote }}
    os_password: |2-
      ${ {{- .prefix }}_PASSWORD}
    os_auth_url: {{ $store.swift.authUrl | quote }}
    {{- with $store.swift.tenantName }}
    os_tenant_name: {{ . | quote }}
    {{- end }}
    {{- with $store.swift.projectName }}
    os_project_name: {{ . | quote }}
    {{- end }}
    {{- with $store.swift.projectDomainName }}
    os_project_domain_name: {{ . | quote }}
    {{- end }}
    {{- with $store.swift.userDomainName }}
    os_user_domain_name: {{ . | quote }}
    {{- end }}
    {{- end }}
  {{- else }}
  config: {}
  {{- end }}
{{- end -}}
