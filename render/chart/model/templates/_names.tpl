{{- define "model.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* Until 0.2 a component's settings stood under its own name, since then under deployment.NAME. */ -}}
{{- define "model.enabled" -}}
{{- $new := index (.root.Values.deployment | default dict) .name | default dict -}}
{{- $old := index .root.Values .name | default dict -}}
{{- if not (or (eq (toString (get $new "enabled")) "false") (eq (toString (get $old "enabled")) "false")) -}}yes{{- end -}}
{{- end -}}

{{- define "model.image" -}}
{{- $new := index (.root.Values.image | default dict) .name | default dict -}}
{{- $old := (index .root.Values .name | default dict).image | default dict -}}
{{- $image := merge (deepCopy $old) $new -}}
{{ $image.repository }}:{{ $image.tag | default "latest" }}
{{- end -}}

{{- /* A variable that is read from secret.jwt or secret.apikey: from the chart's own Secret, or from secretRef. */ -}}
{{- define "model.key" -}}
{{- $group := index .root.Values.secret .group | default dict -}}
- name: {{ .env }}
  valueFrom:
    secretKeyRef:
      name: {{ $group.secretRef | default (printf "%s-%s" (include "model.fullname" .root) .group) }}
      key: {{ get ($group.secretRefKey | default dict) .key | default .key }}
{{- end -}}

{{- /* Further variables: a mapping, or a list of name and value. */ -}}
{{- define "model.environment" -}}
{{- range $more := list (index (.root.Values.environment | default dict) .name) (index .root.Values .name | default dict).environment }}
{{- if kindIs "map" $more }}
{{- range $name, $value := $more }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- else }}
{{- range $more }}
- {{ toYaml . | nindent 2 | trim }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
