package lint

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// container is one container of a workload, or one service of a compose file: the
// place where names become values.
type container struct {
	owner     string // "Deployment supabase/kong", "compose service kong"
	name      string
	init      bool
	image     string
	unit      *render.Unit
	namespace string
	object    *render.Object // nil for a compose service
	labels    map[string]string
	env       map[string]*variable
	order     []string // names in order of declaration
	openEnv   []string // reasons why env may hold more than is known here
	script    string   // command, arguments and every script that is mounted
	mounts    []mount
	carrier   *carrier
}

// mount is a ConfigMap, a Secret or a file that the container sees.
type mount struct {
	kind, name string // "ConfigMap", "Secret"; "file" for compose
}

// label is how a container is called in a trace.
func (c *container) label() string {
	if c.object == nil {
		return c.owner
	}
	if c.init {
		return "initContainer " + c.name + " of " + c.owner
	}
	return "container " + c.name + " of " + c.owner
}

// podSpecs are where the workload kinds keep their pod: Deployment, StatefulSet,
// DaemonSet, ReplicaSet, Job, Argo Rollout and Knative Service; CronJob; Pod.
var podSpecs = [][]string{
	{"spec", "template", "spec"},
	{"spec", "jobTemplate", "spec", "template", "spec"},
	{"spec"},
}

// collectContainers finds every container of every workload.
func (w *world) collectContainers() {
	for _, u := range w.units {
		for _, o := range u.Objects {
			for _, at := range podSpecs {
				pod := sources.Field(o.Root, at...)
				if sources.Field(pod, "containers") == nil {
					continue
				}
				w.collectPod(u, o, pod, at)
				break
			}
		}
	}
}

func (w *world) collectPod(u *render.Unit, o *render.Object, pod *yaml.Node, at []string) {
	labels := labelsOf(sources.Field(o.Root, append(append([]string{}, at[:len(at)-1]...), "metadata", "labels")...))
	volumes := map[string][]mount{}
	for _, v := range sources.Items(sources.Field(pod, "volumes")) {
		volumes[sources.Text(sources.Field(v, "name"))] = volumeSources(v)
	}
	for _, list := range []string{"initContainers", "containers"} {
		for _, n := range sources.Items(sources.Field(pod, list)) {
			c := &container{
				owner: objectName(o.Kind, o.Namespace, o.Name), name: sources.Text(sources.Field(n, "name")),
				init: list == "initContainers", image: sources.Text(sources.Field(n, "image")),
				unit: u, namespace: o.Namespace, object: o, labels: labels,
			}
			c.carrier = &carrier{name: c.owner, file: o.File}
			for _, m := range sources.Items(sources.Field(n, "volumeMounts")) {
				c.mounts = append(c.mounts, volumes[sources.Text(sources.Field(m, "name"))]...)
			}
			w.readEnvironment(c, n)
			c.script = w.scriptOf(c, n)
			c.carrier.backend = backendOf(c)
			c.carrier.urls = urlsOf(c)
			w.containers = append(w.containers, c)
		}
	}
}

// volumeSources lists the objects that a volume shows.
func volumeSources(v *yaml.Node) []mount {
	var out []mount
	add := func(n *yaml.Node, secretField string) {
		if name := sources.Text(sources.Field(n, "configMap", "name")); name != "" {
			out = append(out, mount{kind: "ConfigMap", name: name})
		}
		if name := sources.Text(sources.Field(n, "secret", secretField)); name != "" {
			out = append(out, mount{kind: "Secret", name: name})
		}
	}
	add(v, "secretName")
	for _, p := range sources.Items(sources.Field(v, "projected", "sources")) {
		add(p, "name")
	}
	return out
}

// scriptOf gathers what the container runs: its command and arguments, and every
// mounted ConfigMap entry that is a script.
func (w *world) scriptOf(c *container, n *yaml.Node) string {
	var parts []string
	for _, field := range []string{"command", "args"} {
		for _, item := range sources.Items(sources.Field(n, field)) {
			parts = append(parts, sources.Text(item))
		}
	}
	for _, m := range c.mounts {
		if m.kind != "ConfigMap" {
			continue
		}
		o := c.unit.Find(m.kind, c.namespace, m.name)
		if o == nil {
			continue
		}
		for _, e := range w.entriesOf(o) {
			text := e.Value.Text().Reveal()
			if strings.HasPrefix(text, "#!") || path.Ext(e.Key) == ".sh" || path.Ext(e.Key) == ".awk" {
				parts = append(parts, text)
			}
		}
	}
	return strings.Join(parts, "\n")
}

func labelsOf(n *yaml.Node) map[string]string {
	n = sources.Follow(n)
	labels := map[string]string{}
	if n == nil || n.Kind != yaml.MappingNode {
		return labels
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		labels[n.Content[i].Value] = sources.Text(n.Content[i+1])
	}
	return labels
}

// backendImages are Supabase's own services by the end of their image's name.
var backendImages = map[string]string{
	"gotrue": "GoTrue", "auth": "GoTrue", "postgrest": "PostgREST", "realtime": "Realtime", "storage-api": "Storage",
	"edge-runtime": "Functions", "studio": "Studio", "supavisor": "Supavisor", "postgres-meta": "postgres-meta",
	"kong": "Kong", "envoy": "Envoy",
}

// ownVariables are those that no program but the service reads. A KONG_URL or a
// GOTRUE_URL is what an app is told.
var ownVariables = []struct {
	name    *regexp.Regexp
	service string
}{
	{regexp.MustCompile(`^GOTRUE_(DB|API|JWT|SITE|MAILER|SMTP|EXTERNAL|DISABLE)_`), "GoTrue"},
	{regexp.MustCompile(`^PGRST_DB_`), "PostgREST"},
	{regexp.MustCompile(`^KONG_(DATABASE|DECLARATIVE_CONFIG|DECLARATIVE_CONFIG_STRING|PLUGINS|DNS_ORDER|(PROXY|ADMIN)_(LISTEN|ACCESS_LOG|ERROR_LOG)|NGINX_.*)$`), "Kong"},
}

// ownServices are Supabase's alone. A Kong or a PostgREST may serve something else.
var ownServices = map[string]bool{
	"GoTrue": true, "Realtime": true, "Storage": true, "Functions": true, "Studio": true,
	"Supavisor": true, "postgres-meta": true, "Postgres": true,
}

// backendOf tells which of Supabase's own services a container runs, by its image or
// by variables that no other program reads; empty for an app. The image names that
// other products have too ("auth", "realtime", "studio") count only under supabase/.
func backendOf(c *container) string {
	repository := strings.ToLower(c.image)
	if i := strings.IndexByte(repository, '@'); i >= 0 {
		repository = repository[:i]
	}
	if i := strings.LastIndexByte(repository, ':'); i > strings.LastIndexByte(repository, '/') {
		repository = repository[:i]
	}
	base := path.Base(repository)
	if service, ok := backendImages[base]; ok {
		if strings.Contains(repository, "supabase/") || base == "kong" || base == "postgrest" || base == "gotrue" {
			return service
		}
	}
	for _, own := range ownVariables {
		for name := range c.env {
			if own.name.MatchString(name) {
				return own.service
			}
		}
	}
	if strings.Contains(repository, "supabase/postgres") {
		return "Postgres"
	}
	return ""
}

// holder names a variable of the container.
func (c *container) holder(variable string) string {
	if c.object == nil {
		return fmt.Sprintf("%s environment %s", c.owner, variable)
	}
	return fmt.Sprintf("%s env %s", c.owner, variable)
}
