package render

import "testing"

// TestDeployments says which units follow from what controllers and people deploy.
func TestDeployments(t *testing.T) {
	const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: supabase-keys}\nstringData: {ANON_KEY: x}\n"
	const bootstrap = `
-- clusters/a/flux-system/gotk-sync.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {path: ./clusters/a, sourceRef: {kind: GitRepository, name: flux-system}}
`
	tests := []struct{ name, archive, want string }{
		{"Flux' bootstrap leads to what it deploys, and to no more", bootstrap + `
-- clusters/a/apps.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./apps, targetNamespace: supabase, sourceRef: {kind: GitRepository, name: flux-system}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: other, namespace: flux-system}
spec: {path: ./other, sourceRef: {kind: GitRepository, name: flux-system}}
-- apps/secret.yaml --
` + secret + `
-- other/none.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: x}
-- legacy/secret.yaml --
` + secret,
			`Flux Kustomization flux-system/apps (Flux Kustomization): Secret/supabase-keys
Flux Kustomization flux-system/flux-system (Flux Kustomization): Kustomization/apps Kustomization/other Kustomization/flux-system
legacy (not deployed): Secret/supabase-keys
`},
		{"a Supabase that is applied by hand, beside an app that Argo CD deploys", `
-- apps/web.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec: {source: {repoURL: https://git.example.org/infra.git, path: web}, destination: {namespace: web}}
-- web/secret.yaml --
` + secret + `
-- supabase/auth.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: auth}
spec: {template: {spec: {containers: [{name: auth, image: supabase/gotrue:v2.177.0}]}}}
-- supabase/secret.yaml --
` + secret + `
-- app/app.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: supabase}
spec: {template: {spec: {containers: [{name: app, image: app, env: [{name: SUPABASE_ANON_KEY, value: x}]}]}}}
-- old/secret.yaml --
` + secret,
			`Argo CD Application argocd/web (Argo CD Application): Secret/supabase-keys
app (directory): Deployment/app
old (not deployed): Secret/supabase-keys
supabase (directory): Deployment/auth Secret/supabase-keys
`},
		{"a Supabase that is applied by hand, beside another gateway that Argo CD deploys", `
-- apps/edge.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: edge, namespace: argocd}
spec: {source: {repoURL: https://git.example.org/infra.git, path: edge}, destination: {namespace: edge}}
-- edge/kong.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: kong, namespace: edge}
spec: {template: {spec: {containers: [{name: kong, image: "kong:3.9", env: [{name: SUPABASE_ANON_KEY, value: x}]}]}}}
-- supabase/auth.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: auth}
spec: {template: {spec: {containers: [{name: auth, image: supabase/gotrue:v2.177.0, env: [{name: GOTRUE_JWT_SECRET, value: x}]}]}}}
`,
			`Argo CD Application argocd/edge (Argo CD Application): Deployment/kong
supabase (directory): Deployment/auth
`},
		{"two overlays of one base, neither of which compose takes up by itself", `
-- up.sh --
docker compose -f base.yml -f dev.yml up
docker compose -f base.yml -f prod.yml up
-- base.yml --
services: {storage: {image: supabase/storage-api, environment: {JWT_SECRET: x}}}
-- dev.yml --
services: {storage: {environment: {ANON_KEY: x}}}
-- prod.yml --
services: {storage: {environment: {ANON_KEY: y}}}
`,
			`base.yml (compose file): 
prod.yml (compose file): 
`},
		{"of kustomizations within each other Flux takes the topmost", bootstrap + `
-- clusters/a/apps.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./apps, sourceRef: {kind: GitRepository, name: flux-system}}
-- apps/supabase/kustomization.yaml --
resources: [secret.yaml]
-- apps/supabase/secret.yaml --
` + secret + `
-- apps/supabase/old/kustomization.yaml --
namePrefix: old-
resources: [secret.yaml]
-- apps/supabase/old/secret.yaml --
` + secret,
			`Flux Kustomization flux-system/apps (Flux Kustomization): Secret/supabase-keys
Flux Kustomization flux-system/flux-system (Flux Kustomization): Kustomization/apps Kustomization/flux-system
apps/supabase/old (not deployed): Secret/old-supabase-keys
`},
		{"a Kustomization that another one patches", bootstrap + `
-- clusters/a/all.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: all, namespace: flux-system}
spec:
  path: ./all
  sourceRef: {kind: GitRepository, name: flux-system}
  patches:
    - patch: |
        - {op: add, path: /spec/nameSuffix, value: -s}
      target: {kind: Kustomization}
-- all/ks.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./apps, namePrefix: p-, sourceRef: {kind: GitRepository, name: flux-system}}
-- apps/secret.yaml --
` + secret,
			`Flux Kustomization flux-system/all (Flux Kustomization): Kustomization/apps
Flux Kustomization flux-system/apps (Flux Kustomization): Secret/p-supabase-keys-s
Flux Kustomization flux-system/flux-system (Flux Kustomization): Kustomization/all Kustomization/flux-system
`},
		{"a path that is one of another repository, and one of this under another name", bootstrap + `
-- clusters/a/apps.yaml --
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {url: https://example.com/home.git}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: same, namespace: flux-system}
spec: {url: https://example.com/home}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: theirs, namespace: flux-system}
spec: {path: ./apps, sourceRef: {kind: GitRepository, name: supabase}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ours, namespace: flux-system}
spec: {path: ./ours, sourceRef: {kind: GitRepository, name: same}}
-- apps/secret.yaml --
` + secret + `
-- ours/secret.yaml --
` + secret,
			`Flux Kustomization flux-system/flux-system (Flux Kustomization): GitRepository/flux-system GitRepository/same Kustomization/theirs Kustomization/ours Kustomization/flux-system
Flux Kustomization flux-system/ours (Flux Kustomization): Secret/supabase-keys
apps (not deployed): Secret/supabase-keys
`},
		{"one directory for two clusters", `
-- clusters/a/apps.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./apps, namePrefix: a-, sourceRef: {kind: GitRepository, name: flux-system}}
-- clusters/b/apps.yaml --
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./apps, namePrefix: b-, sourceRef: {kind: GitRepository, name: flux-system}}
-- apps/secret.yaml --
` + secret,
			`Flux Kustomization flux-system/apps (clusters/a) (Flux Kustomization): Secret/a-supabase-keys
Flux Kustomization flux-system/apps (clusters/b) (Flux Kustomization): Secret/b-supabase-keys
`},
		{"an Application of each kind of source", `
-- argocd/apps.yaml --
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: directory, namespace: argocd}
spec: {source: {repoURL: https://x/home.git, path: dir, directory: {exclude: "skip*"}}, destination: {namespace: d}}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: kustomize, namespace: argocd}
spec: {source: {repoURL: https://x/home.git, path: kust, kustomize: {nameSuffix: -s}}, destination: {namespace: k}}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: chart, namespace: argocd}
spec:
  source:
    repoURL: https://x/home.git
    path: chart
    helm: {releaseName: rel, valueFiles: [more.yaml], values: "b: inline", parameters: [{name: c, value: param}]}
  destination: {namespace: c}
-- dir/secret.yaml --
` + secret + `
-- dir/skipped.yaml --
` + secret + `
-- dir/below/secret.yaml --
` + secret + `
-- kust/kustomization.yaml --
resources: [secret.yaml]
-- kust/secret.yaml --
` + secret + `
-- chart/Chart.yaml --
{apiVersion: v2, name: demo, version: 1.0.0}
-- chart/values.yaml --
{a: default, b: default, c: default}
-- chart/more.yaml --
a: file
-- chart/templates/supabase.yaml --
apiVersion: v1
kind: Secret # of supabase
metadata: {name: "{{ .Release.Name }}-{{ .Values.a }}-{{ .Values.b }}-{{ .Values.c }}"}
`,
			`Argo CD Application argocd/chart (Argo CD Application): Secret/rel-file-inline-param
Argo CD Application argocd/directory (Argo CD Application): Secret/supabase-keys
Argo CD Application argocd/kustomize (Argo CD Application): Secret/supabase-keys-s
dir (not deployed): Secret/supabase-keys
dir/below (not deployed): Secret/supabase-keys
`},
		{"an ApplicationSet over directories", `
-- argocd/set.yaml --
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: set, namespace: argocd} # supabase
spec:
  generators:
    - git: {repoURL: https://x/home.git, directories: [{path: envs/*}, {path: envs/old, exclude: true}]}
  template:
    metadata: {name: 'sb-{{path.basename}}'}
    spec:
      source: {repoURL: https://x/home.git, path: '{{path}}'}
      destination: {name: '{{path.basename}}', namespace: supabase}
-- envs/dev/secret.yaml --
` + secret + `
-- envs/prod/secret.yaml --
` + secret + `
-- envs/old/secret.yaml --
` + secret,
			`Argo CD Application argocd/sb-dev (Argo CD Application): Secret/supabase-keys
Argo CD Application argocd/sb-prod (Argo CD Application): Secret/supabase-keys
envs/old (not deployed): Secret/supabase-keys
`},
		{"files that an ApplicationSet reads its parameters from", `
-- argocd/set.yaml --
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: set, namespace: argocd} # supabase
spec:
  goTemplate: true
  generators:
    - matrix:
        generators:
          - git: {repoURL: https://x/home.git, files: [{path: "config/**/cluster.json"}]}
          - list: {elements: [{app: supabase}]}
  template:
    metadata: {name: '{{ .app }}-{{ .cluster.name | lower }}'}
    spec:
      source: {repoURL: https://x/home.git, path: 'envs/{{ .cluster.name | lower }}'}
      destination: {server: '{{ .cluster.address }}', namespace: supabase}
-- config/one/cluster.json --
{"cluster": {"name": "DEV", "address": "https://dev"}}
-- envs/dev/secret.yaml --
` + secret,
			`Argo CD Application argocd/supabase-dev (Argo CD Application): Secret/supabase-keys
`},
		{"a helmfile", `
-- helmfile.yaml --
releases:
  - name: rel
    namespace: supabase
    chart: ./chart
    values: [values.yaml, {b: inline}]
    set: [{name: c, value: set}]
  - {name: off, chart: ./chart, installed: false}
-- values.yaml --
a: file # supabase
-- chart/Chart.yaml --
{apiVersion: v2, name: demo, version: 1.0.0}
-- chart/templates/supabase.yaml --
apiVersion: v1
kind: Secret
metadata: {name: "{{ .Release.Name }}-{{ .Values.a }}-{{ .Values.b }}-{{ .Values.c }}"}
`,
			`release rel of helmfile.yaml (Helm release): Secret/rel-file-inline-set
`},
		{"charts that somebody installs, with the values beside them", `
-- charts/demo/Chart.yaml --
{apiVersion: v2, name: demo, version: 1.0.0}
-- charts/demo/templates/supabase.yaml --
apiVersion: v1
kind: Secret
metadata: {name: "{{ .Release.Name }}"}
stringData: {ANON_KEY: "{{ .Values.key }}"}
-- charts/common/Chart.yaml --
{apiVersion: v2, name: common, version: 1.0.0, type: library}
-- charts/common/templates/_supabase.tpl --
{{ define "supabase" }}{{ end }}
`,
			`charts/demo (Helm release): Secret/demo
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			repo := open(t, test.archive)
			if got := summary(Units(repo)); got != test.want {
				t.Errorf("units\n%s\nwant\n%s", got, test.want)
			}
			for _, n := range repo.Notes() {
				t.Logf("note: %s: %s", n.At, n.Message)
			}
		})
	}
}

// FuzzDeployments reads objects of Flux and Argo CD of any content: nothing panics, and
// everything ends.
func FuzzDeployments(f *testing.F) {
	for _, seed := range []string{
		"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: b}\nspec:\n  path: ./x\n  sourceRef: {kind: GitRepository}\n  patches: [{patch: '- op: add', target: {kind: Secret}}]\n  postBuild: {substitute: {A: b}, substituteFrom: [{kind: Secret, name: supabase-keys}]}\n",
		"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a, namespace: b}\nspec:\n  chart: {spec: {chart: supabase}}\n  valuesFrom: [{kind: Secret, name: supabase-keys, valuesKey: ANON_KEY, targetPath: secret.jwt.anonKey}]\n  values: {secret: {jwt: [1]}}\n",
		"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  sources:\n    - {path: x, directory: {include: '{*.yaml,'}}\n    - {chart: supabase, helm: {values: 'a: [', parameters: [{name: a.b, value: c}], valueFiles: [$v/x/secret.yaml]}}\n",
		"apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec:\n  goTemplate: true\n  generators: [{list: {elements: [{a: b}]}}, {git: {directories: [{path: '*'}]}}]\n  template: {metadata: {name: '{{ .a }}'}, spec: {source: {path: '{{ .path.path }}'}}}\n",
		"apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec: {data: [{secretKey: a, remoteRef: {key: b}}], dataFrom: [{extract: {key: c}}], target: {template: {data: {x: '{{ .a }}'}}}}\n",
	} {
		f.Add(seed)
	}
	const stack = "apiVersion: v1\nkind: Secret\nmetadata: {name: supabase-keys, namespace: b}\nstringData: {ANON_KEY: '${A}'}\n"
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4_000 {
			return
		}
		repo := open(t, "-- clusters/a/x.yaml --\n"+text+"\n-- x/secret.yaml --\n"+stack)
		for _, u := range Units(repo) {
			for _, o := range u.Objects {
				o.Entries()
				EatenIn(o)
				o.Locate(o.Root)
			}
		}
	})
}
