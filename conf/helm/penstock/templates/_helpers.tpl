{{- define "penstock.labels" -}}
app.kubernetes.io/name: penstock
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "penstock.name" -}}
{{ printf "%s-penstock" .Release.Name | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- /* An option's value. A number from a file of values would otherwise have an exponent: 3.3554432e+07. */}}
{{- define "penstock.value" -}}
{{ if kindIs "float64" . }}{{ toJson . }}{{ else }}{{ . }}{{ end }}
{{- end }}
