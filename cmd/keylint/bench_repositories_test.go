//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// vendoredCharts is a repository of 60 charts of other products, 20 templates each, whose
// values say what is nearly ours. Nobody installs them.
func vendoredCharts(b testing.TB) string {
	b.Helper()
	dir := b.TempDir()
	template := `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "product.fullname" . }}-part-%[1]d
  labels: {{- include "product.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: {app: {{ .Chart.Name }}, part: "%[1]d"}
  template:
    metadata:
      labels: {app: {{ .Chart.Name }}, part: "%[1]d"}
    spec:
      containers:
        - name: part
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          env:
            - {name: AUTH_ANONYMOUS, value: {{ .Values.auth.anonymous | quote }}}
            - {name: JWT_ISSUER, value: {{ .Values.auth.jwt.issuer | quote }}}
            - name: JWT_SECRET
              valueFrom: {secretKeyRef: {name: {{ include "product.fullname" . }}, key: jwt}}
            {{- range $name, $value := .Values.env }}
            - {name: {{ $name }}, value: {{ $value | quote }}}
            {{- end }}
          resources: {{- toYaml .Values.resources | nindent 12 }}
`
	for i := range 60 {
		at := fmt.Sprintf("vendor-charts/product-%02d", i)
		write(b, dir, at+"/Chart.yaml", fmt.Sprintf("apiVersion: v2\nname: product-%02d\nversion: 1.0.%d\nappVersion: \"1.0\"\n", i, i))
		write(b, dir, at+"/values.yaml", fmt.Sprintf(`replicas: 1
image: {repository: registry.example.org/product-%d, tag: "1.0"}
ingress: {class: kong, annotations: {konghq.com/strip-path: "true"}}
auth:
  anonymous: false
  jwt: {enabled: true, issuer: https://id.example.org, serviceKeyType: rsa}
env: {LOG_LEVEL: info, SERVICE_KEY_TYPE: rsa, KONG_ADMIN: "off"}
resources: {limits: {memory: 256Mi}}
`, i))
		write(b, dir, at+"/templates/_helpers.tpl", `{{- define "product.fullname" -}}{{ .Release.Name }}-{{ .Chart.Name }}{{- end }}
{{- define "product.labels" -}}
app: {{ .Chart.Name }}
release: {{ .Release.Name }}
{{- end }}
`)
		for part := range 20 {
			write(b, dir, fmt.Sprintf("%s/templates/part-%02d.yaml", at, part), fmt.Sprintf(template, part))
		}
	}
	return dir
}

// nearNames is a repository of 1,200 kustomizations as clusters have them, with Flux, Argo
// CD, SOPS and ksops, and with names that are nearly ours.
func nearNames(b testing.TB) string {
	b.Helper()
	dir := b.TempDir()
	for i := range 1_200 {
		app := fmt.Sprintf("app-%04d", i)
		at := "apps/" + app
		resources := []string{"deployment.yaml", "release.yaml"}
		write(b, dir, at+"/deployment.yaml", fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata: {name: %[1]s, namespace: %[1]s}
spec:
  selector: {matchLabels: {app: %[1]s}}
  template:
    metadata: {labels: {app: %[1]s}}
    spec:
      containers:
        - name: app
          image: ghcr.io/example/%[1]s:1.0.0
          env:
            - {name: SERVICE_KEY_TYPE, value: rsa}
            - {name: ALLOW_ANONYMOUS, value: "false"}
            - name: JWT_SECRET
              valueFrom: {secretKeyRef: {name: %[1]s, key: jwt-secret}}
          envFrom: [{secretRef: {name: %[1]s}}]
`, app))
		write(b, dir, at+"/release.yaml", fmt.Sprintf(`apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: %[1]s-kong}
spec:
  interval: 10m
  chart: {spec: {chart: kong, version: 2.48.0, sourceRef: {kind: HelmRepository, name: kong}}}
  values: {env: {database: "off", plugins: "bundled,jwt,key-auth"}, ingressController: {enabled: true}}
`, app))
		secret := fmt.Sprintf(`apiVersion: v1
kind: Secret
metadata: {name: %s}
stringData:
    jwt-secret: ENC[AES256_GCM,data:%s,iv:c2V2ZW4gYnl0ZXM=,tag:c2l4dGVlbg==,type:str]
sops:
    age: [{recipient: age1example, enc: "-----BEGIN AGE ENCRYPTED FILE-----"}]
    lastmodified: "2026-01-01T00:00:00Z"
    mac: ENC[AES256_GCM,data:%[2]s,type:str]
    version: 3.13.3
`, app, strings.Repeat("QUFB", 20))
		write(b, dir, at+"/secret.sops.yaml", secret)
		generators := ""
		if i%2 == 0 {
			generators = "generators: [ksops.yaml]\n"
			write(b, dir, at+"/ksops.yaml", "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: secrets}\nfiles: [./secret.sops.yaml]\n")
		} else {
			resources = append(resources, "secret.sops.yaml")
		}
		write(b, dir, at+"/kustomization.yaml", "namespace: "+app+"\nresources: ["+strings.Join(resources, ", ")+"]\n"+generators)
		if i%2 == 0 {
			write(b, dir, "clusters/home/"+app+".yaml", fmt.Sprintf(`apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: %[1]s, namespace: flux-system}
spec:
  path: ./apps/%[1]s
  sourceRef: {kind: GitRepository, name: flux-system}
  decryption: {provider: sops, secretRef: {name: sops-age}}
`, app))
		} else {
			write(b, dir, "argocd/"+app+".yaml", fmt.Sprintf(`apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %[1]s, namespace: argocd}
spec:
  source: {repoURL: https://git.example.org/gitops.git, path: apps/%[1]s}
  destination: {server: https://kubernetes.default.svc, namespace: %[1]s}
`, app))
		}
	}
	return dir
}

// tenThousandFiles is a repository without a key: manifests and sources.
func tenThousandFiles(b testing.TB) string {
	b.Helper()
	dir := b.TempDir()
	manifest := "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-%d\ndata:\n  settings.ini: |\n" + strings.Repeat("    option = value\n", 60)
	for i := range 10_000 {
		if i%2 == 0 {
			write(b, dir, fmt.Sprintf("deploy/%03d/settings-%d.yaml", i/50, i), fmt.Sprintf(manifest, i))
		} else {
			write(b, dir, fmt.Sprintf("src/%03d/module-%d.ts", i/50, i), strings.Repeat("export const answer = 42;\n", 120))
		}
	}
	return dir
}

// fortyThousandSources is an app's repository: 40,000 source files of 4 KB, one of 12 MB that a
// build made, and an app that is configured in one .env file.
func fortyThousandSources(b testing.TB) string {
	b.Helper()
	dir := b.TempDir()
	source := strings.Repeat("export function answer(question: string): number { return question.length * 42; }\n", 50)
	for i := range 40_000 {
		text := source
		if i%8_000 == 0 {
			text += "export const client = createClient('https://supabase.example.org', '" + benchKey(0) + "')\n"
		}
		write(b, dir, fmt.Sprintf("packages/package-%03d/src/%02d/module-%d.ts", i/200, i/20%10, i), text)
	}
	write(b, dir, "public/bundle.json", `{"text": "`+strings.Repeat("lorem ipsum dolor sit amet ", 450_000)+`"}`)
	write(b, dir, "apps/web/.env.production", "NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.org\nNEXT_PUBLIC_SUPABASE_ANON_KEY="+benchKey(0)+"\n")
	return dir
}

// twoHundredApps is a monorepo of 200 apps, each with a framework, a file of variables, a Dockerfile, 20 source files of which one holds the key, and a
// workflow that builds it, beside the stack.
func twoHundredApps(b testing.TB) string {
	b.Helper()
	dir := b.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(fixturesDir, "seed-in-sync"))); err != nil {
		b.Fatal(err)
	}
	source := strings.Repeat("export const answer = 42;\n", 80)
	for i := range 200 {
		app := fmt.Sprintf("services/app-%03d", i)
		write(b, dir, app+"/package.json", fmt.Sprintf(`{"name": "app-%03d", "scripts": {"build": "next build"}, "dependencies": {"next": "^16.0.0"}}`, i))
		write(b, dir, app+"/.env.production", "NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.org\nNEXT_PUBLIC_SUPABASE_ANON_KEY="+benchKey(0)+"\n")
		write(b, dir, app+"/Dockerfile", "FROM node:24\nARG NEXT_PUBLIC_SUPABASE_URL\nARG NEXT_PUBLIC_SUPABASE_ANON_KEY\nCOPY . .\nRUN npm ci && npm run build\nCMD [\"npm\", \"start\"]\n")
		write(b, dir, app+"/src/client.ts", "export const client = createClient('https://supabase.example.org', '"+benchKey(0)+"')\n")
		for n := range 19 {
			write(b, dir, fmt.Sprintf("%s/src/module-%d.ts", app, n), source)
		}
		write(b, dir, fmt.Sprintf(".github/workflows/app-%03d.yml", i), "on: push\njobs:\n  image:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          context: "+app+
			"\n          tags: ghcr.io/example/"+filepath.Base(app)+":1\n          build-args: |\n            NEXT_PUBLIC_SUPABASE_URL=https://supabase.example.org\n            NEXT_PUBLIC_SUPABASE_ANON_KEY="+benchKey(0)+"\n")
	}
	return dir
}
