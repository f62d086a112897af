package inventory

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
	"github.com/keylint/keylint/substitute"
)

// Container is one container of a workload, or one service of a compose file: the
// place where names become values.
type Container struct {
	owner         string // "Deployment supabase/kong", "compose service kong"
	Name          string
	Init          bool
	Image         string
	Unit          *render.Unit
	Namespace     string
	Object        *manifest.Object // nil for a compose service
	Labels        map[string]string
	Env           map[string]*Binding     // by name
	Variables     []*Binding              // the same in order of declaration
	order         map[string]int          // where among them each name stands
	OpenEnv       []string                // reasons why env may hold more than is known here
	OpenFrom      string                  // what gives it more, of the reasons that name one thing
	openAt        func() sources.Position // where the pod names the first source of variables that is not known; nil where it names none
	left          []*Binding              // optional variables that are not there, because the Secret or ConfigMap has no such data key
	Dangling      []*Dangling             // sources of variables that do not exist
	Command       []string                // entrypoint and arguments; empty for the image's own
	Dir           string                  // the working directory
	imageWords    []string                // what its image starts before Command, of one that is built here
	ownEntrypoint bool                    // Command begins with what goes before the image's own entrypoint
	Mounts        []substitute.Mount
	Carrier       *Carrier

	Sidecar bool            // an initContainer that goes on running beside the others
	Hooked  bool            // once it has started, something else is run in it
	writes  map[string]bool // the volumes that it may write into

	Guards       bool // it is an Envoy that compares keys
	MountsSource bool // of a compose service: the app's sources lie over what was built

	called   string                   // of a compose service, the container's own name; empty where that is left to compose
	networks []sources.ComposeNetwork // likewise, those that it is in
	routes   []sources.LabelRoute     // likewise, what its labels have a proxy do
	makes    []string                 // the services of Traefik's that they make of it

	// insideWord leads from a place in a word of Command to its place on disk; nil where that is not known.
	insideWord func(word, line, column, end int) sources.Position

	// Inside leads from a place in the command's script to its place on disk.
	Inside func(line, column, end int) sources.Position
}

// Label is how a container is called in a trace.
func (c *Container) Label() string {
	if c.Object == nil {
		return c.owner
	}
	if c.Init {
		return "initContainer " + c.Name + " of " + c.owner
	}
	return "container " + c.Name + " of " + c.owner
}

// collectContainers finds every container of every object.
func (inv *Inventory) collectContainers() {
	for _, u := range inv.Units {
		for _, o := range u.Objects {
			for _, p := range inv.inside(o).pods {
				inv.collectPod(u, o, p)
			}
			for _, t := range inv.podTemplates(o) {
				for _, p := range lookThrough(t).pods {
					inv.collectPod(u, t, p)
				}
			}
		}
	}
}

func (inv *Inventory) collectPod(u *render.Unit, o *manifest.Object, at podAt) {
	labels := nodes.Texts(nodes.Field(at.metadata, "labels"))
	p := &Pod{
		Owner: Label(o), Unit: u, Namespace: at.namespace, Object: o,
		volumes: readVolumes(at.volumes), Annotations: nodes.Texts(nodes.Field(at.metadata, "annotations")),
	}
	inv.Pods = append(inv.Pods, p)
	twice := inv.twice(u, o)
	for _, from := range at.containers {
		n := from.node
		c := &Container{
			owner: Label(o), Name: from.name, Init: from.init, Image: nodes.Text(nodes.Field(n, "image")),
			Unit: u, Namespace: at.namespace, Object: o, Labels: labels,
		}
		c.Carrier = &Carrier{Kind: InContainer, Name: c.owner, File: o.File, Part: c.Name, Unit: u, Namespace: at.namespace, Doubt: whoRuns(o)}
		c.Sidecar = c.Init && nodes.Text(nodes.Field(n, "restartPolicy")) == "Always"
		hook := nodes.Field(n, "lifecycle", "postStart")
		c.Hooked = hook != nil && !changesNothing(hook)
		for _, m := range nodes.Items(nodes.Field(n, "volumeMounts")) {
			c.mayWrite(nodes.Text(nodes.Field(m, "name")), nodes.Text(nodes.Field(m, "readOnly")) == "true")
			c.Mounts = append(c.Mounts, substitute.Mount{
				Volume: nodes.Text(nodes.Field(m, "name")), Path: nodes.Text(nodes.Field(m, "mountPath")), SubPath: nodes.Text(nodes.Field(m, "subPath")),
			})
		}
		if o.Unseen != "" {
			c.OpenEnv = append(c.OpenEnv, o.Unseen)
		}
		if from.part {
			c.OpenEnv = append(c.OpenEnv, "what else a "+sources.Shown(o.Kind)+" gives its containers is not known")
		}
		inv.readEnvironment(c, from.base, n)
		inv.mutate(c)
		if u.Doubt != "" {
			c.doubt(u.Doubt)
		}
		if twice != "" {
			c.doubt(twice)
		}
		c.readCommand(n)
		p.Containers = append(p.Containers, c)
		inv.followCommand(p, c)
		inv.addPostgRESTConfig(p, c)
		inv.fillCarrier(c)
		inv.addFromFiles(p, c)
		inv.addRequests(c, n)
		inv.Containers = append(inv.Containers, c)
	}
}

// doubt makes all that the container is given unknown.
func (c *Container) doubt(why string) {
	c.OpenEnv = append(c.OpenEnv, why)
	for _, b := range c.Env {
		b.Value = keys.Unknown(why)
	}
}

// readCommand reads what the container runs. Its longest argument is taken for the script
// that places in it refer to.
func (c *Container) readCommand(n *yaml.Node) {
	c.Dir = nodes.Text(nodes.Field(n, "workingDir"))
	c.ownEntrypoint = len(nodes.Items(nodes.Field(n, "command"))) > 0
	var script *yaml.Node
	var words []*yaml.Node
	for _, field := range []string{"command", "args"} {
		for _, item := range nodes.Items(nodes.Field(n, field)) {
			text := nodes.Text(item)
			c.Command = append(c.Command, text)
			words = append(words, nodes.Follow(item))
			if script == nil || len(text) > len(nodes.Text(script)) {
				script = nodes.Follow(item)
			}
		}
	}
	c.insideWord = func(word, line, column, end int) sources.Position {
		return c.Object.Inside(words[word], line, column, end)
	}
	if script != nil {
		c.Inside = func(line, column, end int) sources.Position { return c.Object.Inside(script, line, column, end) }
	}
}

// backendImages are Supabase's own services by the end of their image's name.
var backendImages = map[string]string{
	"gotrue": "GoTrue", "auth": "GoTrue", "postgrest": "PostgREST", "realtime": "Realtime", "storage-api": "Storage",
	"edge-runtime": "Functions", "studio": "Studio", "supavisor": "Supavisor", "postgres-meta": "postgres-meta",
	"kong": "Kong", "envoy": "Envoy",
}

// ownImages are the names that those who build the stack's images themselves give them.
var ownImages = map[string]string{
	"supabase-auth": "GoTrue", "supabase-gotrue": "GoTrue", "supabase-rest": "PostgREST", "supabase-postgrest": "PostgREST",
	"supabase-realtime": "Realtime", "supabase-storage": "Storage", "supabase-storage-api": "Storage", "supabase-functions": "Functions",
	"supabase-edge-runtime": "Functions", "supabase-studio": "Studio", "supabase-meta": "postgres-meta", "supabase-supavisor": "Supavisor",
	"supabase-postgres": "Postgres", "supabase-kong": "Kong", "supabase-envoy": "Envoy",
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

// OwnServices are Supabase's alone. A Kong or a PostgREST may serve something else.
var OwnServices = map[string]bool{
	"GoTrue": true, "Realtime": true, "Storage": true, "Functions": true, "Studio": true,
	"Supavisor": true, "postgres-meta": true, "Postgres": true,
}

// backendOf tells which of Supabase's own services a container runs, by its image or
// by variables that no other program reads; empty for an app. The image names that
// other products have too ("auth", "realtime", "studio") count only under supabase/.
func backendOf(c *Container) string {
	repository := strings.ToLower(c.Image)
	if i := strings.IndexByte(repository, '@'); i >= 0 {
		repository = repository[:i]
	}
	if i := strings.LastIndexByte(repository, ':'); i > strings.LastIndexByte(repository, '/') {
		repository = repository[:i]
	}
	base := path.Base(repository)
	if service, ok := ownImages[base]; ok {
		return service
	}
	if service, ok := backendImages[base]; ok {
		if strings.Contains(repository, "supabase/") || base == "kong" || base == "postgrest" || base == "gotrue" {
			return service
		}
	}
	for _, own := range ownVariables {
		for name := range c.Env {
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
func (c *Container) holder(variable string) string {
	if c.Object == nil {
		return fmt.Sprintf("%s environment %s", c.owner, variable)
	}
	return fmt.Sprintf("%s env %s", c.owner, variable)
}
