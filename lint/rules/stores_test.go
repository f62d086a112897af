package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keylint/keylint/lint"
)

// stack is a gateway whose keys come from the Secret supabase-keys, and an app that takes
// its own from the Secret web.
const stack = `
-- k8s/stack.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: kong, namespace: supabase}
data:
  kong.yml: |
    _format_version: "2.1"
    consumers:
      - username: anon
        keyauth_credentials:
          - key: ${ANON_KEY}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kong, namespace: supabase, annotations: {reloader.stakater.com/auto: "true"}}
spec:
  template:
    spec:
      volumes:
        - {name: template, configMap: {name: kong}}
        - {name: config, emptyDir: {}}
      initContainers:
        - name: render
          image: bhgedigital/envsubst
          command: [sh, -c, "envsubst < /template/kong.yml > /config/kong.yml"]
          env:
            - {name: ANON_KEY, valueFrom: {secretKeyRef: {name: supabase-keys, key: anon}}}
          volumeMounts:
            - {name: template, mountPath: /template}
            - {name: config, mountPath: /config}
      containers:
        - name: kong
          image: kong:2.8.1
          env: [{name: KONG_DATABASE, value: "off"}, {name: KONG_DECLARATIVE_CONFIG, value: /config/kong.yml}]
          volumeMounts:
            - {name: config, mountPath: /config}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: web}
spec:
  template:
    spec:
      containers:
        - name: web
          image: registry.example.org/web
          env:
            - {name: SUPABASE_ANON_KEY, valueFrom: {secretKeyRef: {name: web, key: anon}}}
`

// eso is an ExternalSecret with one data key.
func eso(name, namespace, store, path string) string {
	return fmt.Sprintf(`
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: %s, namespace: %s}
spec:
  secretStoreRef: {name: %s, kind: ClusterSecretStore}
  data:
    - secretKey: anon
      remoteRef: {key: %s, property: anon}
---`, name, namespace, store, path)
}

// inCluster is an ExternalSecret of the app's that takes the stack's Secret, by a store that reads a
// cluster's namespace.
func inCluster(kind, namespace, server string) string {
	if server != "" {
		server = "server: {url: " + server + "}, "
	}
	return fmt.Sprintf(`
apiVersion: external-secrets.io/v1
kind: %s
metadata: {name: cluster, namespace: "%s"}
spec: {provider: {kubernetes: {%sremoteNamespace: supabase}}}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web, namespace: web}
spec:
  secretStoreRef: {name: cluster, kind: %s}
  data: [{secretKey: anon, remoteRef: {key: supabase-keys, property: anon}}]
---`, kind, namespace, server, kind)
}

// doppler is a DopplerSecret of the stack's and another of the app's, which has a further field.
func doppler(field string) string {
	const object = `
apiVersion: secrets.doppler.com/v1alpha1
kind: DopplerSecret
metadata: {name: of-%[1]s, namespace: doppler}
spec: {project: supabase, config: prd, managedSecret: {name: %[1]s, namespace: %[2]s}%[3]s}
---`
	return fmt.Sprintf(object, "supabase-keys", "supabase", "") + fmt.Sprintf(object, "web", "web", ", "+field)
}

// infisical is the same of Infisical, with a template.
func infisical(template string) string {
	const object = `
apiVersion: secrets.infisical.com/v1alpha1
kind: InfisicalSecret
metadata: {name: of-%[1]s, namespace: %[2]s}
spec:
  authentication: {universalAuth: {secretsScope: {projectSlug: home, envSlug: prod, secretsPath: /supabase}}}
  managedKubeSecretReferences: [{secretName: %[1]s, secretNamespace: %[2]s%[3]s}]
---`
	return fmt.Sprintf(object, "supabase-keys", "supabase", "") + fmt.Sprintf(object, "web", "web", ", template: {data: {anon: '"+template+"'}}")
}

// TestStores says what becomes of the gateway's key and of the app's, where both come from
// a store elsewhere.
func TestStores(t *testing.T) {
	both := func(text string) string { // one object for each of the two Secrets
		return strings.NewReplacer("NAME", "supabase-keys", "NS", "supabase").Replace(text) + "\n---\n" +
			strings.NewReplacer("NAME", "web", "NS", "web").Replace(text)
	}
	tests := []struct {
		name, objects string
		outcome       lint.Outcome // of the app's key
		says          string       // in its reason
		dangling      string       // in a finding
	}{
		{name: "one path of one store", objects: eso("supabase-keys", "supabase", "vault", "prod") + eso("web", "web", "vault", "prod"),
			outcome: lint.ByConstruction, says: "prod#anon in ClusterSecretStore vault"},
		{name: "two makers of one Secret", objects: eso("supabase-keys", "supabase", "vault", "prod") + eso("web", "web", "vault", "prod") + `
apiVersion: v1
kind: Secret
metadata: {name: web, namespace: web}
stringData: {anon: {{anon}}}
`, outcome: lint.CannotTell, says: "is made by two"},
		{name: "two paths", objects: eso("supabase-keys", "supabase", "vault", "prod") + eso("web", "web", "vault", "dev"),
			outcome: lint.CannotTell, says: "dev#anon in ClusterSecretStore vault"},
		{name: "two stores", objects: eso("supabase-keys", "supabase", "vault", "prod") + eso("web", "web", "aws", "prod"),
			outcome: lint.CannotTell, says: "ClusterSecretStore aws"},
		{name: "all of a path beside one of its keys", objects: eso("supabase-keys", "supabase", "vault", "prod") + `
apiVersion: external-secrets.io/v1beta1
kind: ExternalSecret
metadata: {name: web, namespace: web}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  dataFrom: [{extract: {key: prod}}]
`, outcome: lint.ByConstruction},
		{name: "a template that renames", objects: eso("supabase-keys", "supabase", "vault", "prod") + `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: of-web, namespace: web}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  target: {name: web, template: {data: {anon: "{{ .key | toString }}"}}}
  data: [{secretKey: key, remoteRef: {key: prod, property: anon}}]
`, outcome: lint.ByConstruction},
		{name: "a template that makes something else", objects: eso("supabase-keys", "supabase", "vault", "prod") + `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web, namespace: web}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  target: {template: {data: {anon: "{{ .key | b64dec }}"}}}
  data: [{secretKey: key, remoteRef: {key: prod, property: anon}}]
`, outcome: lint.CannotTell, says: "makes another text of it: b64dec"},
		{name: "two templates that do the same", objects: `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: supabase-keys, namespace: supabase}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  target: {template: {data: {anon: "{{ .key | b64dec | trim }}"}}}
  dataFrom: [{extract: {key: prod}}]
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web, namespace: web}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  target: {template: {data: {anon: '{{ index . "k" | b64dec | toString | trim }}'}}}
  data: [{secretKey: k, remoteRef: {key: prod, property: key}}]
`, outcome: lint.ByConstruction},
		{name: "a template that changes nothing", objects: eso("supabase-keys", "supabase", "vault", "prod") + `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web, namespace: web}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  target: {template: {data: {anon: '{{ printf "%s" .key | b64enc | b64dec }}'}}}
  data: [{secretKey: key, remoteRef: {key: prod, property: anon}}]
`, outcome: lint.ByConstruction},
		{name: "a template that leaves a newline", objects: eso("supabase-keys", "supabase", "vault", "prod") + `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web, namespace: web}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  target:
    template:
      data:
        anon: |
          {{ .key }}
  data: [{secretKey: key, remoteRef: {key: prod, property: anon}}]
`, outcome: lint.CannotTell, says: "white space"},
		{name: "a template whose function is not known", objects: eso("supabase-keys", "supabase", "vault", "prod") + `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web, namespace: web}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  target: {template: {data: {anon: '{{ .key | replace "a" "b" }}'}}}
  data: [{secretKey: key, remoteRef: {key: prod, property: anon}}]
`, outcome: lint.CannotTell, says: "with a template with replace"},
		{name: "a Secret of the same cluster", objects: inCluster("SecretStore", "web", "") + `
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData: {anon: {{anon}}}
`, outcome: lint.ByConstruction},
		{name: "all of a Secret of the same cluster, which the operator makes as well", objects: strings.Replace(inCluster("ClusterSecretStore", "", "https://kubernetes.default.svc"),
			"data: [{secretKey: anon, remoteRef: {key: supabase-keys, property: anon}}]", "dataFrom: [{extract: {key: supabase-keys}}]", 1) +
			eso("supabase-keys", "supabase", "vault", "prod"), outcome: lint.ByConstruction, says: "prod#anon in ClusterSecretStore vault"},
		{name: "a Secret of the same cluster that is not in the repository", objects: inCluster("SecretStore", "web", ""), outcome: lint.ByConstruction},
		{name: "a Secret of another cluster", objects: inCluster("SecretStore", "web", "https://10.0.0.1:6443") + `
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData: {anon: {{anon}}}
`, outcome: lint.CannotTell, says: "supabase-keys#anon in SecretStore web/cluster"},
		{name: "a data key that none declares", objects: eso("supabase-keys", "supabase", "vault", "prod") + `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web, namespace: web}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  data: [{secretKey: ANON_KEY, remoteRef: {key: prod, property: anon}}]
`, outcome: lint.CannotTell, dangling: "Secret web/web has no data key anon; it has ANON_KEY"},
		{name: "an ExternalSecret for several namespaces", objects: eso("supabase-keys", "supabase", "vault", "prod") + `
apiVersion: external-secrets.io/v1
kind: ClusterExternalSecret
metadata: {name: keys}
spec:
  externalSecretName: web
  namespaces: [web, admin]
  externalSecretSpec:
    secretStoreRef: {name: vault, kind: ClusterSecretStore}
    data: [{secretKey: anon, remoteRef: {key: prod, property: anon}}]
`, outcome: lint.ByConstruction},
		{name: "the operator's predecessor", objects: both(`
apiVersion: kubernetes-client.io/v1
kind: ExternalSecret
metadata: {name: NAME, namespace: NS}
spec: {backendType: secretsManager, data: [{key: prod/supabase, name: anon, property: anon}]}`),
			outcome: lint.ByConstruction, says: "prod/supabase#anon in secretsManager"},
		{name: "Vault Secrets Operator", objects: both(`
apiVersion: secrets.hashicorp.com/v1beta1
kind: VaultStaticSecret
metadata: {name: of-NAME, namespace: NS}
spec: {mount: kv, type: kv-v2, path: supabase, destination: {name: NAME, create: true}}`),
			outcome: lint.ByConstruction, says: "kv/supabase#anon in Vault"},
		{name: "Vault's dynamic secrets", objects: both(`
apiVersion: secrets.hashicorp.com/v1beta1
kind: VaultDynamicSecret
metadata: {name: of-NAME, namespace: NS}
spec: {mount: kv, path: supabase, destination: {name: NAME}}`),
			outcome: lint.CannotTell, says: "generated by Vault"},
		{name: "ricoberger's VaultSecret", objects: both(`
apiVersion: ricoberger.de/v1alpha1
kind: VaultSecret
metadata: {name: NAME, namespace: NS}
spec: {path: kv/supabase, keys: [anon], type: Opaque}`),
			outcome: lint.ByConstruction, says: "kv/supabase#anon in Vault"},
		{name: "1Password", objects: both(`
apiVersion: onepassword.com/v1
kind: OnePasswordItem
metadata: {name: NAME, namespace: NS}
spec: {itemPath: vaults/home/items/supabase}`),
			outcome: lint.ByConstruction, says: "vaults/home/items/supabase#anon in 1Password"},
		{name: "Infisical", objects: both(`
apiVersion: secrets.infisical.com/v1alpha1
kind: InfisicalSecret
metadata: {name: of-NAME, namespace: NS}
spec:
  authentication: {universalAuth: {secretsScope: {projectSlug: home, envSlug: prod, secretsPath: /supabase}}}
  managedSecretReference: {secretName: NAME, secretNamespace: NS}`),
			outcome: lint.ByConstruction, says: "home/prod/supabase#anon in Infisical"},
		{name: "Doppler", objects: both(`
apiVersion: secrets.doppler.com/v1alpha1
kind: DopplerSecret
metadata: {name: of-NAME, namespace: doppler}
spec: {project: supabase, config: prd, managedSecret: {name: NAME, namespace: NS}}`),
			outcome: lint.ByConstruction, says: "supabase/prd#anon in Doppler"},
		{name: "Doppler, with a processor", objects: doppler("processors: {anon: {type: base64}}"), outcome: lint.CannotTell, says: "runs the processor base64"},
		{name: "Doppler, a processor that renames", objects: doppler("processors: {SUPABASE_ANON: {type: plain, asName: anon}}"), outcome: lint.CannotTell, says: "supabase/prd#SUPABASE_ANON in Doppler"},
		{name: "Doppler, with a name transformer", objects: doppler("nameTransformer: lower-kebab"), outcome: lint.CannotTell, says: "its nameTransformer lower-kebab makes"},
		{name: "Doppler, as a file", objects: doppler("format: json"), outcome: lint.CannotTell, says: "its format json makes"},
		{name: "Infisical, a template that takes a value as it is", objects: infisical("{{ .anon.Value }}"), outcome: lint.ByConstruction},
		{name: "Infisical, a template that makes something else", objects: infisical("{{ .anon.Value | upper }}"), outcome: lint.CannotTell, says: "with a template"},
		{name: "Vault Secrets Operator, with templates of other objects", objects: both(`
apiVersion: secrets.hashicorp.com/v1beta1
kind: VaultStaticSecret
metadata: {name: of-NAME, namespace: NS}
spec: {mount: kv, type: kv-v2, path: supabase, destination: {name: NAME, create: true, transformation: {transformationRefs: [{name: t}]}}}`),
			outcome: lint.CannotTell, says: "are not followed"},
		{name: "all of two paths", objects: both(`
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: NAME, namespace: NS}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  dataFrom: [{extract: {key: prod}}, {extract: {key: more}}]`), outcome: lint.CannotTell, says: "one of several places"},
		{name: "a generator", objects: both(`
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: NAME, namespace: NS}
spec:
  data: [{secretKey: anon, sourceRef: {generatorRef: {kind: Password, name: p}}}]`), outcome: lint.CannotTell, says: "generated in the cluster"},
		{name: "what is said of a value beside the value", objects: eso("supabase-keys", "supabase", "vault", "prod") + `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web, namespace: web}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  data: [{secretKey: anon, remoteRef: {key: prod, property: anon, metadataPolicy: Fetch}}]
`, outcome: lint.CannotTell, says: "metadata"},
		{name: "Bitwarden", objects: both(`
apiVersion: k8s.bitwarden.com/v1
kind: BitwardenSecret
metadata: {name: of-NAME, namespace: NS}
spec: {secretName: NAME, map: [{bwSecretId: 6c230265-d472-45f7-b763-b11b01023ca6, secretKeyName: anon}]}`),
			outcome: lint.ByConstruction, says: "6c230265-d472-45f7-b763-b11b01023ca6 in Bitwarden"},
		{name: "the CSI driver", objects: both(`
apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata: {name: of-NAME, namespace: NS}
spec: {provider: azure, secretObjects: [{secretName: NAME, data: [{objectName: anon, key: anon}]}]}`),
			outcome: lint.CannotTell, says: "SecretProviderClass web/of-web"},
		{name: "argocd-vault-plugin, in text and in base64", objects: `
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData: {anon: "<path:kv/data/supabase#anon>"}
---
apiVersion: v1
kind: Secret
metadata: {name: web, namespace: web}
data: {anon: PHBhdGg6a3YvZGF0YS9zdXBhYmFzZSNhbm9uPg==}
`, outcome: lint.ByConstruction, says: "argocd-vault-plugin takes it from kv/data/supabase#anon"},
		{name: "argocd-vault-plugin, the path in an annotation", objects: `
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase, annotations: {avp.kubernetes.io/path: kv/data/supabase}}
stringData: {anon: <anon>}
---
apiVersion: v1
kind: Secret
metadata: {name: web, namespace: web}
data: {anon: <path:kv/data/supabase#anon | base64encode>}
`, outcome: lint.ByConstruction},
		{name: "argocd-vault-plugin, encoded for a field that is not", objects: `
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData: {anon: <path:kv/data/supabase#anon>}
---
apiVersion: v1
kind: Secret
metadata: {name: web, namespace: web}
stringData: {anon: <path:kv/data/supabase#anon | base64encode>}
`, outcome: lint.CannotTell, says: "| base64encode"},
		{name: "the Supabase operator", objects: `
apiVersion: supabase.com/v1alpha1
kind: Project
metadata: {name: home, namespace: web}
---
` + eso("supabase-keys", "supabase", "vault", "prod"), outcome: lint.CannotTell},
		{name: "a copy by reflector", objects: `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: web, namespace: supabase}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  target:
    template:
      metadata:
        annotations:
          reflector.v1.k8s.emberstack.com/reflection-allowed: "true"
          reflector.v1.k8s.emberstack.com/reflection-auto-enabled: "true"
          reflector.v1.k8s.emberstack.com/reflection-auto-namespaces: "web,app-.*"
  data: [{secretKey: anon, remoteRef: {key: prod, property: anon}}]
---` + eso("supabase-keys", "supabase", "vault", "prod"), outcome: lint.ByConstruction},
		{name: "a Secret that reflects another", objects: `
apiVersion: v1
kind: Secret
metadata: {name: web, namespace: web, annotations: {reflector.v1.k8s.emberstack.com/reflects: supabase/supabase-keys}}
---` + eso("supabase-keys", "supabase", "vault", "prod"), outcome: lint.ByConstruction},
		{name: "a copy by replicator", objects: `
apiVersion: v1
kind: Secret
metadata: {name: web, namespace: supabase, annotations: {replicator.v1.mittwald.de/replicate-to: "web"}}
stringData: {anon: {{anon}}}
---
apiVersion: v1
kind: Secret
metadata: {name: supabase-keys, namespace: supabase}
stringData: {anon: {{anon}}}
`, outcome: lint.Agree},
		{name: "kubectl in a script", objects: "\n-- deploy.sh --" + `
kubectl -n supabase create secret generic supabase-keys \
  --from-literal=anon="$ANON_KEY"
kubectl create secret generic web --namespace web --from-literal anon="${ANON_KEY}"
`, outcome: lint.ByConstruction, says: "kubectl creates it in deploy.sh:3 from the variable ANON_KEY"},
		{name: "kubectl in a Makefile, another variable", objects: "\n-- Makefile --" + `
secrets:
	kubectl -n supabase create secret generic supabase-keys --from-literal=anon=$(ANON_KEY)
	kubectl -n web create secret generic web --from-literal=anon=$(WEB_KEY) || true
`, outcome: lint.CannotTell, says: "from the variable WEB_KEY"},
		{name: "kubectl with other data keys", objects: "\n-- deploy.sh --" + `
kubectl -n web create secret generic web --from-literal=ANON_KEY="$ANON_KEY"
`, outcome: lint.CannotTell, dangling: "Secret web/web has no data key anon; it has ANON_KEY"},
		{name: "kubectl from an env file", objects: "\n-- deploy.sh --" + `
kubectl -n web create secret generic web --from-env-file=.env
`, outcome: lint.CannotTell, says: "from a file that is not followed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			archive := stack + "\n-- k8s/stores.yaml --" + test.objects
			if strings.Contains(test.objects, "-- deploy.sh --") || strings.Contains(test.objects, "-- Makefile --") {
				archive = stack + test.objects
			}
			result := lintArchive(t, archive)
			app := siteOf(t, result, "Deployment web/web env SUPABASE_ANON_KEY")
			if app.Outcome != test.outcome {
				t.Errorf("the app's key: %s (%s), want %s", app.Outcome, app.Why, test.outcome)
			}
			if reason := app.Site.Value.Reason(); !strings.Contains(reason, test.says) {
				t.Errorf("the reason is %q, want %q in it", reason, test.says)
			}
			found := false
			for _, f := range result.Findings {
				if f.Rule == "secret-ref-dangling" && test.dangling != "" && strings.Contains(f.Message, test.dangling) {
					found = true
					continue
				}
				t.Errorf("not wanted: %s: %s [%s]", f.At, f.Message, f.Rule)
			}
			if test.dangling != "" && !found {
				t.Errorf("nothing says %q", test.dangling)
			}
		})
	}
}

func siteOf(t *testing.T, result *lint.Result, holder string) lint.Judged {
	t.Helper()
	for _, i := range result.Instances {
		for _, j := range i.Sites {
			if j.Site.Holder == holder {
				return j
			}
		}
	}
	t.Fatalf("no site of %s in an instance", holder)
	return lint.Judged{}
}
