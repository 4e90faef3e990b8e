{{- define "penstock.labels" -}}
app.kubernetes.io/name: penstock
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "penstock.name" -}}
{{ printf "%s-penstock" .Release.Name | trunc 52 | trimSuffix "-" }}
{{- end }}
