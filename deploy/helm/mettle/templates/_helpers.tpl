{{- /* SPDX-License-Identifier: Apache-2.0 */ -}}

{{- define "mettle.image" -}}
{{ .root.Values.image.registry }}/{{ .binary }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- /* What selects the pods of a component; these labels never change. */ -}}
{{- define "mettle.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "mettle.labels" -}}
{{ include "mettle.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "mettle.fullname" -}}
{{ printf "%s-%s" .root.Release.Name .component | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- /* Where API servers and workers find Elan. */ -}}
{{- define "mettle.storageArgs" -}}
- --storage={{ ternary "grpcs" "grpc" (ne .root.Values.tls.secret "") }}://{{ include "mettle.fullname" (dict "root" .root "component" "elan") }}:{{ .root.Values.elan.port }}
{{- with .root.Values.tls.caConfigMap }}
- --storage_ca=/etc/mettle/ca/ca.pem
{{- end }}
{{- if .root.Values.auth.secret }}
- --storage_token_file=/etc/mettle/auth/client
{{- end }}
{{- end }}

{{- /* Where workers ask whether anybody waits: each API server by its own name. */ -}}
{{- define "mettle.controlArgs" -}}
{{- if .Values.api.control }}
{{- $api := include "mettle.fullname" (dict "root" . "component" "api") }}
{{- $scheme := ternary "grpcs" "grpc" (ne .Values.tls.secret "") }}
{{- range $ordinal := until (int .Values.api.replicas) }}
- --control={{ $scheme }}://{{ $api }}-{{ $ordinal }}.{{ $api }}-pods:{{ $.Values.api.port }}
{{- end }}
{{- with .Values.tls.caConfigMap }}
- --control_ca=/etc/mettle/ca/ca.pem
{{- end }}
{{- if .Values.auth.secret }}
- --control_token_file=/etc/mettle/auth/client
{{- end }}
{{- end }}
{{- end }}

{{- /* How a server that clients connect to protects itself. */ -}}
{{- define "mettle.serverArgs" -}}
- --port={{ .values.port }}
- --admin_port=9990
- --drain_timeout={{ .values.drainSeconds }}s
- --verbosity={{ .root.Values.verbosity }}
{{- if .root.Values.tls.secret }}
- --cert_file=/etc/mettle/tls/tls.crt
- --key_file=/etc/mettle/tls/tls.key
{{- end }}
{{- if .root.Values.auth.secret }}
- --token_file=/etc/mettle/auth/token
{{- if .root.Values.auth.all }}
- --auth_all
{{- end }}
{{- end }}
{{- end }}

{{- define "mettle.probes" -}}
startupProbe:
  httpGet: {path: /healthz, port: admin}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /healthz, port: admin}
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: admin}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
{{- end }}

{{- define "mettle.mounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if .root.Values.auth.secret }}
- {name: auth, mountPath: /etc/mettle/auth, readOnly: true}
{{- end }}
{{- if and .root.Values.tls.secret .serves }}
- {name: tls, mountPath: /etc/mettle/tls, readOnly: true}
{{- end }}
{{- if and .root.Values.tls.caConfigMap .dials }}
- {name: ca, mountPath: /etc/mettle/ca, readOnly: true}
{{- end }}
{{- end }}

{{- define "mettle.volumes" -}}
- name: tmp
  emptyDir: {}
{{- with .root.Values.auth.secret }}
- name: auth
  secret:
    secretName: {{ . }}
    {{- if not $.serves }}
    # What workers can read actions can.
    items: [{key: client, path: client}]
    {{- end }}
{{- end }}
{{- if and .root.Values.tls.secret .serves }}
- name: tls
  secret: {secretName: {{ .root.Values.tls.secret }}}
{{- end }}
{{- if and .root.Values.tls.caConfigMap .dials }}
- name: ca
  configMap: {name: {{ .root.Values.tls.caConfigMap }}}
{{- end }}
{{- end }}

{{- /* What a pod has whatever runs in it. */ -}}
{{- define "mettle.pod" -}}
serviceAccountName: {{ include "mettle.fullname" . }}
automountServiceAccountToken: false
securityContext:
  {{- toYaml .root.Values.podSecurityContext | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "mettle.selector" . | nindent 8 }}
{{- end }}

{{- /* As one of Google's service accounts, by workload identity. */ -}}
{{- define "mettle.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "mettle.fullname" . }}
  labels:
    {{- include "mettle.labels" . | nindent 4 }}
  {{- with .values.serviceAccount }}
  annotations:
    iam.gke.io/gcp-service-account: {{ . }}
  {{- end }}
{{- end }}

{{- define "mettle.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "mettle.fullname" . }}
  labels:
    {{- include "mettle.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ get .values "maxUnavailable" | default 1 }}
  selector:
    matchLabels:
      {{- include "mettle.selector" . | nindent 6 }}
{{- end }}

{{- define "mettle.podMetadata" -}}
labels:
  {{- include "mettle.labels" . | nindent 2 }}
{{- with .values.annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
