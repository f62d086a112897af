package lint

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/substitute"
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
	env       map[string]*binding // by name
	variables []*binding          // the same in order of declaration
	openEnv   []string            // reasons why env may hold more than is known here
	command   []string            // entrypoint and arguments; empty for the image's own
	dir       string              // the working directory
	mounts    []substitute.Mount
	carrier   *carrier

	guards       bool // it is an Envoy that compares keys
	mountsSource bool // of a compose service: the app's sources lie over what was built

	// inside leads from a place in the command's script to its place on disk.
	inside func(line, column, end int) sources.Position
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
func (inv *inventory) collectContainers() {
	for _, u := range inv.units {
		for _, o := range u.Objects {
			for _, at := range podSpecs {
				pod := sources.Field(o.Root, at...)
				if sources.Field(pod, "containers") == nil {
					continue
				}
				inv.collectPod(u, o, pod, at)
				break
			}
		}
	}
}

func (inv *inventory) collectPod(u *render.Unit, o *render.Object, spec *yaml.Node, at []string) {
	labels := labelsOf(sources.Field(o.Root, append(append([]string{}, at[:len(at)-1]...), "metadata", "labels")...))
	annotations := labelsOf(sources.Field(o.Root, append(append([]string{}, at[:len(at)-1]...), "metadata", "annotations")...))
	p := &pod{
		owner: labelOf(o), unit: u, namespace: o.Namespace, object: o,
		volumes: readVolumes(spec), annotations: annotations,
	}
	inv.pods = append(inv.pods, p)
	for _, list := range []string{"initContainers", "containers"} {
		for _, n := range sources.Items(sources.Field(spec, list)) {
			c := &container{
				owner: labelOf(o), name: sources.Text(sources.Field(n, "name")),
				init: list == "initContainers", image: sources.Text(sources.Field(n, "image")),
				unit: u, namespace: o.Namespace, object: o, labels: labels,
			}
			c.carrier = &carrier{kind: inContainer, name: c.owner, file: o.File, part: c.name, unit: u, ns: o.Namespace}
			for _, m := range sources.Items(sources.Field(n, "volumeMounts")) {
				c.mounts = append(c.mounts, substitute.Mount{
					Volume: sources.Text(sources.Field(m, "name")), Path: sources.Text(sources.Field(m, "mountPath")), SubPath: sources.Text(sources.Field(m, "subPath")),
				})
			}
			inv.readEnvironment(c, n)
			c.readCommand(n)
			p.containers = append(p.containers, c)
			inv.fillCarrier(c)
			inv.containers = append(inv.containers, c)
		}
	}
}

// readCommand reads what the container runs. Its longest argument is taken for the script
// that places in it refer to.
func (c *container) readCommand(n *yaml.Node) {
	c.dir = sources.Text(sources.Field(n, "workingDir"))
	var script *yaml.Node
	for _, field := range []string{"command", "args"} {
		for _, item := range sources.Items(sources.Field(n, field)) {
			text := sources.Text(item)
			c.command = append(c.command, text)
			if script == nil || len(text) > len(sources.Text(script)) {
				script = sources.Follow(item)
			}
		}
	}
	if script != nil {
		c.inside = func(line, column, end int) sources.Position { return c.object.Inside(script, line, column, end) }
	}
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
