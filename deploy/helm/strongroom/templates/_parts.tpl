{{- define "strongroom.labels" -}}
app.kubernetes.io/name: strongroom
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "strongroom.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}
{{- end }}

{{- define "strongroom.pod" -}}
serviceAccountName: {{ .Release.Name }}-strongroom
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile:
    type: RuntimeDefault
{{- if .Values.image.pullSecrets }}
imagePullSecrets:
{{- range .Values.image.pullSecrets }}
  - name: {{ . }}
{{- end }}
{{- end }}
volumes:
  - name: data
    emptyDir:
      sizeLimit: {{ .Values.web.scratch }}
  - name: temporary
    emptyDir:
      sizeLimit: 1Gi
  - name: keys
    secret:
      secretName: {{ .Values.secrets.keys }}
      items:
        - key: master.json
          path: master.json
initContainers:
  # The program takes a key file that nobody else may read and no other; volumes of secrets are
  # their group's too.
  - name: keys
    image: {{ include "strongroom.image" . | quote }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    command:
      - sh
      - -ec
      - umask 077; mkdir -p /srv/strongroom/data/keys; cp /keys/master.json /srv/strongroom/data/keys/
    {{- include "strongroom.restricted" . | nindent 4 }}
    volumeMounts:
      - name: data
        mountPath: /srv/strongroom
      - name: keys
        mountPath: /keys
        readOnly: true
{{- end }}

{{- define "strongroom.restricted" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{- define "strongroom.container" -}}
image: {{ include "strongroom.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- include "strongroom.restricted" . | nindent 0 }}
env:
  - name: STRONGROOM_DATA
    value: /srv/strongroom/data
  - name: STRONGROOM_PUBLIC_URL
    value: {{ .Values.publicUrl | quote }}
  - name: STRONGROOM_JOB_WORKERS
    value: "0"
  - name: STRONGROOM_DATABASE
    valueFrom:
      secretKeyRef:
        name: {{ .Values.secrets.settings }}
        key: database
  - name: STRONGROOM_OBJECTS
    valueFrom:
      secretKeyRef:
        name: {{ .Values.secrets.settings }}
        key: objects
{{- if .Values.secrets.passphraseKey }}
  - name: STRONGROOM_KEY_PASSPHRASE
    valueFrom:
      secretKeyRef:
        name: {{ .Values.secrets.settings }}
        key: {{ .Values.secrets.passphraseKey }}
{{- end }}
{{- range $name, $value := .Values.settings }}
  - name: STRONGROOM_{{ $name | upper }}
    value: {{ $value | quote }}
{{- end }}
volumeMounts:
  - name: data
    mountPath: /srv/strongroom
  - name: temporary
    mountPath: /tmp
{{- end }}
