<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
What only Anchore refuses.
Input: the root context. Output: YAML list of texts.
*/ -}}
{{- define "anchore.validate.package" -}}
{{- if and .Values.objectStorage.s3.endpoint .Values.analysisArchive.s3.endpoint (eq .Values.objectStorage.driver "s3") .Values.analysisArchive.enabled (eq .Values.analysisArchive.driver "s3") .Values.objectStorage.s3.region .Values.analysisArchive.s3.region (ne .Values.objectStorage.s3.region .Values.analysisArchive.s3.region) }}
- |
  analysisArchive.s3.region: two S3 endpoints with two regions; the catalog signs all requests for one region.
  Give both the same region:

  analysisArchive:
    s3:
      region: {{ .Values.objectStorage.s3.region }}
{{- end }}
{{- if and (eq .Values.global.edition "enterprise") .Values.sso.enabled }}
{{- if not .Values.authentication.oauthEnabled }}
- |
  authentication.oauthEnabled: single sign-on needs OAuth tokens, and a secret that signs them, the same in all services. Add:

  authentication:
    oauthEnabled: true
    {{- if not (or .Values.authentication.secret .Values.authentication.existingSecret) }}
    existingSecret: anchore-signing
    {{- end }}
{{- end }}
{{- if not .Values.sso.spEntityId }}
- |
  sso.spEntityId: the entity id of Anchore is missing; it is the id of its client at the identity provider. Add:

  sso:
    spEntityId: my-realm_anchore
{{- end }}
{{- if not (or .Values.sso.idpMetadataUrl .Values.sso.idpMetadataXml) }}
- |
  sso.idpMetadataUrl: the metadata of the identity provider are missing. Add their address, or themselves as idpMetadataXml:

  sso:
    idpMetadataUrl: https://keycloak.{{ .Values.global.domain }}/auth/realms/my-realm/protocol/saml/descriptor
{{- end }}
{{- if not (or .Values.sso.roleAttribute .Values.sso.defaultRole) }}
- |
  sso.defaultRole: users who log in would have no role. Add one, or the attribute that holds their roles as roleAttribute:

  sso:
    defaultRole: read-write
{{- end }}
{{- end }}
{{- if and .Values.upgradeJob.enabled (not .Values.maintenance) }}
- |
  upgradeJob.enabled: no service may work on a database while its schema is upgraded. Stop them all; false starts them again:

  maintenance: true
{{- end }}
{{- end -}}
