package render

import (
	"slices"
	"strings"
	"testing"
)

// TestReach names what a mark leads to, and what it does not, each in a directory of its own.
func TestReach(t *testing.T) {
	const web = `
-- web/web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          env:
            - name: SUPABASE_ANON_KEY
              valueFrom: {secretKeyRef: {name: web-env, key: token}}
`
	const keys = `
-- keys/keys.yaml --
apiVersion: v1
kind: Secret
metadata: {name: backend}
stringData: {ANON_KEY: x}
`
	const plain = `
-- plain/web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: plain, namespace: web}
spec: {template: {spec: {containers: [{name: web, image: web}]}}}
`
	for _, c := range []struct {
		name, files string
		want, not   string // kinds and names, divided by commas
	}{
		{"what a workload reads", web + `
-- env/env.yaml --
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: from-store}
spec:
  target: {name: web-env}
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  data: [{secretKey: token, remoteRef: {key: web}}]
-- store/store.yaml --
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
-- other/other.yaml --
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: others}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  data: [{secretKey: jwt, remoteRef: {key: others}}]
`, "Secret web-env, ClusterSecretStore vault", "Secret others"},
		{"who reads a Secret", keys + `
-- by-env/api.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec: {template: {spec: {containers: [{name: api, envFrom: [{secretRef: {name: backend}}, {configMapRef: {name: settings}}]}]}}}
-- by-volume/job.yaml --
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: r}], volumes: [{name: v, projected: {sources: [{secret: {name: backend}}]}}]}}}}}
-- settings/settings.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {LOG: debug}
-- other/other.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: other}
spec: {template: {spec: {containers: [{name: other, envFrom: [{configMapRef: {name: settings}}]}]}}}
-- named/named.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: backend-backup}
`, "Deployment api, CronJob report, ConfigMap settings", "Deployment other, ConfigMap backend-backup"},
		{"what stands before a workload", web + `
-- service/service.yaml --
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {selector: {app: web}}
-- ingress/ingress.yaml --
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: public}
spec: {rules: [{http: {paths: [{backend: {service: {name: front}}}]}}]}
-- route/route.yaml --
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: route}
spec: {rules: [{backendRefs: [{name: front}]}]}
-- other/other.yaml --
apiVersion: v1
kind: Service
metadata: {name: other}
spec: {selector: {app: other}}
`, "Service front, Ingress public, HTTPRoute route", "Service other"},
		{"a generator of a kustomization", web + `
-- k/kustomization.yaml --
secretGenerator:
  - name: web-env
    literals: [token=x]
-- l/kustomization.yaml --
secretGenerator:
  - name: others
    literals: [jwt=x]
`, "Secret web-env", "Secret others"},
		{"a file that only a generator names", `
-- k/kustomization.yaml --
configMapGenerator:
  - name: c
    envs: [c.properties]
-- k/c.properties --
SUPABASE_ANON_KEY=x
`, "ConfigMap c", ""},
		{"an order and what it takes", `
-- flux/apps.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: a, namespace: flux-system}
spec:
  path: ./a
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild: {substituteFrom: [{kind: ConfigMap, name: cluster}]}
-- flux/config.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: config, namespace: flux-system}
spec:
  path: ./config
  sourceRef: {kind: GitRepository, name: flux-system}
-- flux/other.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: other, namespace: flux-system}
spec:
  path: ./other
  sourceRef: {kind: GitRepository, name: flux-system}
-- config/cluster.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: cluster, namespace: flux-system}
data: {DOMAIN: example.org}
-- other/jwt.yaml --
apiVersion: v1
kind: Secret
metadata: {name: jwt}
-- a/release.yaml --
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: a}
spec:
  chart: {spec: {chart: app-template}}
  valuesFrom: [{kind: Secret, name: values}]
  values: {env: {SUPABASE_URL: "https://s.${DOMAIN}"}}
-- a/values.yaml --
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: values}
spec: {encryptedData: {values.yaml: AgB}}
`, "ConfigMap cluster, Secret values, HelmRelease a", "Secret jwt"},
		{"a name that a kustomization makes", `
-- k/kustomization.yaml --
namePrefix: prod-
nameSuffix: -v2
resources: [env.yaml]
-- k/env.yaml --
apiVersion: v1
kind: Secret
metadata: {name: env}
stringData: {token: x}
-- web/web.yaml --
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: w, env: [{name: SUPABASE_ANON_KEY, valueFrom: {secretKeyRef: {name: prod-env-v2, key: token}}}]}]}
-- l/kustomization.yaml --
resources: [keys.yaml]
-- l/keys.yaml --
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {ANON_KEY: x}
-- m/m.yaml --
apiVersion: v1
kind: Pod
metadata: {name: m}
spec: {containers: [{name: w, envFrom: [{secretRef: {name: prod-keys}}]}]}
`, "Secret env, Pod m", ""},
		{"copies", keys + `
-- copy/copy.yaml --
apiVersion: v1
kind: Secret
metadata: {name: copied, annotations: {reflector.v1.k8s.emberstack.com/reflects: supabase/backend}}
-- copy-user/user.yaml --
apiVersion: v1
kind: Pod
metadata: {name: user}
spec: {containers: [{name: a, envFrom: [{secretRef: {name: copied}}]}]}
`, "Secret copied, Pod user", ""},
		{"a directory", keys + `
-- keys/beside.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: beside}
-- keys/below/below.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: below}
`, "ConfigMap beside", "ConfigMap below"},
		{"near names", `
-- a/a.yaml --
# This is for supabase, and SUPABASE_ANON_KEY.
apiVersion: v1
kind: Secret
metadata: {name: a}
stringData: {JWT_SECRET: x, SERVICE_KEY_TYPE: y, anonymous: z, kong: w}
-- chart/Chart.yaml --
name: chart
version: 1.0.0
-- chart/values.yaml --
jwt: {anonymous: true, kong: {serviceKeyType: x}}
-- chart/templates/c.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
`, "", "Secret a, ConfigMap c"},
		{"the two ends of a reference, whose namespaces a kustomization sets", `
-- k/kustomization.yaml --
namespace: supabase
resources: [auth.yaml]
-- k/auth.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: auth}
spec: {template: {spec: {containers: [{name: a, env: [{name: GOTRUE_JWT_SECRET, valueFrom: {secretKeyRef: {name: signing, key: secret}}}]}]}}}
-- s/signing.yaml --
apiVersion: v1
kind: Secret
metadata: {name: signing, namespace: supabase}
stringData: {secret: x}
`, "Secret signing", ""},
		{"what a patch of Flux puts a key into", plain + `
-- clusters/web.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec:
  path: ./plain
  sourceRef: {kind: GitRepository, name: flux-system}
  patches:
    - target: {kind: Deployment}
      patch: '[{op: add, path: /spec/template/spec/containers/0/env, value: [{name: SUPABASE_ANON_KEY, value: x}]}]'
`, "Deployment plain", ""},
		{"what a patch of Argo CD puts a key into", plain + `
-- plain/kustomization.yaml --
resources: [web.yaml]
-- apps/web.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  destination: {namespace: web}
  source:
    path: plain
    kustomize:
      patches:
        - target: {kind: Deployment}
          patch: '[{op: add, path: /spec/template/spec/containers/0/env, value: [{name: SUPABASE_ANON_KEY, value: x}]}]'
`, "Deployment plain", ""},
		{"what a values file beside no chart gives a chart of Argo CD's", `
-- charts/web/Chart.yaml --
apiVersion: v2
name: web
version: 0.1.0
-- charts/web/templates/web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: charted}
spec: {template: {spec: {containers: [{name: web, env: {{ toJson .Values.env }}}]}}}
-- env/prod.yaml --
env: [{name: SUPABASE_ANON_KEY, value: x}]
-- apps/web.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  destination: {namespace: web}
  source: {path: charts/web, helm: {valueFiles: [../../env/prod.yaml]}}
`, "Deployment charted", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, u := range Units(open(t, c.files)) {
				for _, o := range u.Objects {
					got = append(got, o.Kind+" "+o.OriginalName)
				}
			}
			for _, want := range strings.Split(c.want, ", ") {
				if want != "" && !slices.Contains(got, want) {
					t.Errorf("%s is not reached, but %q", want, got)
				}
			}
			for _, not := range strings.Split(c.not, ", ") {
				if slices.Contains(got, not) {
					t.Errorf("%s is reached", not)
				}
			}
		})
	}
}
