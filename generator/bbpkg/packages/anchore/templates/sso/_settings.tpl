<% import "macros/headers.jinja" as headers %>
<@ headers.go(template) | trim @>
{{- /*
The registration of the identity provider as Anchore takes it; the Job adds the metadata unless they are a value.
Input: the root context. Output: JSON.
*/ -}}
{{- define "anchore.sso.settings" -}}
{{- $sso := .Values.sso -}}
{{- $settings := dict "name" $sso.idpName "enabled" true "sp_entity_id" $sso.spEntityId "default_account" $sso.defaultAccount -}}
{{- $acsUrl := printf "https://<@ (package.routes | selectattr("component", "equalto", "ui") | first).host @>.%s/service/sso/auth/%s" .Values.global.domain $sso.idpName -}}
{{- $_ := set $settings "acs_url" ($sso.acsUrl | default $acsUrl) -}}
{{- $_ := set $settings "acs_https_port" (int $sso.acsHttpsPort) -}}
{{- $_ := set $settings "require_signed_assertions" $sso.requireSignedAssertions -}}
{{- $_ := set $settings "require_signed_response" $sso.requireSignedResponse -}}
{{- if $sso.roleAttribute -}}
{{- $_ := set $settings "idp_role_attribute" $sso.roleAttribute -}}
{{- else -}}
{{- $_ := set $settings "default_role" $sso.defaultRole -}}
{{- end -}}
{{- if $sso.idpMetadataXml -}}
{{- $_ := set $settings "idp_metadata_xml" $sso.idpMetadataXml -}}
{{- end -}}
{{- toJson $settings -}}
{{- end -}}
