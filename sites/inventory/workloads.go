package inventory

import (
	"cmp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// Operators have kinds of their own for what runs pods, and keep these where they like. So a pod, or a container that stands by
// itself, is told by its form, in an object of whatever kind. Of some kinds it is known that something runs them.

// podAt is a pod as it stands in an object, or a container that a controller makes one of.
type podAt struct {
	containers []containerAt // initContainers first
	volumes    []*yaml.Node  // the lists of those in force, inner ones last
	metadata   *yaml.Node    // of its template; nil where it has none
	namespace  string
}

// containerAt is a container as it stands in an object.
type containerAt struct {
	node, base *yaml.Node // base is what all steps of a task have; nil where there is none
	name       string
	init       bool
	part       bool // a list of variables, or what else a controller adds to a container of its own
}

// inside is what stands in an object.
func (inv *Inventory) inside(o *manifest.Object) *inside {
	in, known := inv.insides[o]
	if !known {
		in = lookInto(o)
		inv.insides[o] = in
	}
	return in
}

// inside is what stands in an object: pods, and beside them what it refers to.
type inside struct {
	pods       []podAt
	references []reference
	addresses  []addressField

	followed map[*yaml.Node]bool // what aliases led to, each once
}

// lookInto is what stands in an object of a kind that may have pods.
func lookInto(o *manifest.Object) *inside {
	if o.Derived() || render.Keyless(o.Kind) || noPods[o.Kind] || slices.ContainsFunc(noPodsIn, func(group string) bool { return isOfGroup(o, group) }) {
		return &inside{}
	}
	return lookThrough(o)
}

// lookThrough is what stands in an object, whatever its kind is.
func lookThrough(o *manifest.Object) *inside {
	f := &inside{followed: map[*yaml.Node]bool{}}
	f.look(o.Root, surroundings{namespace: o.Namespace}, 0)
	return f
}

// noPods are kinds with other things of that form: data, and what a chart is given, or a kustomization, which others render.
var noPods = map[string]bool{
	"ConfigMap": true, "Secret": true, "Application": true, "ApplicationSet": true, "HelmRelease": true, "HelmChart": true, "HelmChartConfig": true,
}

// noPodsIn are the groups of which all kinds are of that sort: policies hold patterns of pods, and changes to them.
var noPodsIn = []string{
	"kyverno.io", "gatekeeper.sh", "admissionregistration.k8s.io", "apiextensions.k8s.io", "toolkit.fluxcd.io", "external-secrets.io", "bitnami.com",
	"kustomize.config.k8s.io",
}

// groupOf is the group of an object's kind; empty for Kubernetes' first.
func groupOf(o *manifest.Object) string {
	group, _, ok := strings.Cut(o.APIVersion, "/")
	if !ok {
		return ""
	}
	return group
}

// isOfGroup says whether an object's kind is of a group, or of one below it.
func isOfGroup(o *manifest.Object, group string) bool {
	of := groupOf(o)
	return of == group || strings.HasSuffix(of, "."+group)
}

// workloads are the kinds of which it is known that something runs their pods, by group.
var workloads = map[string][]string{
	"":                         {"Pod", "ReplicationController", "DeploymentConfig"},
	"apps":                     {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"},
	"extensions":               {"Deployment", "DaemonSet", "ReplicaSet"},
	"batch":                    {"Job", "CronJob"},
	"apps.openshift.io":        {"DeploymentConfig"},
	"argoproj.io":              {"Rollout", "AnalysisTemplate", "ClusterAnalysisTemplate", "Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow"},
	"serving.knative.dev":      {"Service", "Configuration"},
	"sources.knative.dev":      {"ContainerSource"},
	"apps.kruise.io":           {"CloneSet", "StatefulSet", "DaemonSet", "AdvancedCronJob", "BroadcastJob", "UnitedDeployment"},
	"keda.sh":                  {"ScaledJob"},
	"tekton.dev":               {"Task", "ClusterTask", "TaskRun", "Pipeline", "PipelineRun"},
	"ray.io":                   {"RayCluster", "RayJob", "RayService"},
	"batch.volcano.sh":         {"Job"},
	"kafka.strimzi.io":         {"KafkaConnect", "KafkaMirrorMaker2", "KafkaBridge"},
	"jobset.x-k8s.io":          {"JobSet"},
	"leaderworkerset.x-k8s.io": {"LeaderWorkerSet"},
}

// whoRuns says why it is not known that something runs the pods of an object; empty where it is.
func whoRuns(o *manifest.Object) string {
	switch {
	case slices.Contains(workloads[groupOf(o)], o.Kind):
		return ""
	case o.Kind == "ConfigMap":
		return "keylint does not know what makes a pod of it"
	}
	return "keylint does not know what runs a " + sources.Shown(o.Kind)
}

// surroundings are what stands round a node.
type surroundings struct {
	key       string     // under which it stands
	parent    *yaml.Node // the mapping with that key
	volumes   []*yaml.Node
	base      *yaml.Node
	namespace string
	called    string // what it is for, by the fields that it stands under
}

// maxPodDepth bounds how deep pods are looked for.
const maxPodDepth = 40

func (f *inside) look(n *yaml.Node, in surroundings, depth int) {
	if n != nil && n.Kind == yaml.AliasNode {
		if n = nodes.Follow(n); f.followed[n] {
			return
		}
		f.followed[n] = true
	}
	if n == nil || depth > maxPodDepth {
		return
	}
	if n.Kind != yaml.MappingNode {
		for _, item := range n.Content {
			f.look(item, in, depth+1)
		}
		return
	}
	if depth > 0 && nodes.Field(n, "apiVersion") != nil && nodes.Field(n, "kind") != nil { // an object that the outer one makes
		if namespace := nodes.Text(nodes.Field(n, "metadata", "namespace")); namespace != "" {
			in.namespace = namespace
		}
	}
	if list := nodes.Field(n, "volumes"); len(nodes.Items(list)) > 0 {
		in.volumes = append(in.volumes[:len(in.volumes):len(in.volumes)], list)
	}
	if nodes.Field(n, "steps") != nil { // of a task of Tekton's
		in.base = nodes.Field(n, "stepTemplate")
	}
	if nodes.Field(n, "valueFrom") != nil {
		in.called = cmp.Or(nodes.Text(nodes.Field(n, "name")), in.called)
	}
	read := f.add(n, in)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i].Value, n.Content[i+1]
		if key == "<<" || key == "metadata" || key == "volumes" || slices.Contains(read, key) {
			continue
		}
		under := in
		under.key, under.parent, under.called = key, n, meaning(key, in.called)
		f.refer(key, value, in)
		f.look(value, under, depth+1)
	}
}

var (
	containerLists = []string{"initContainers", "containers"}
	ofContainer    = []string{"env", "envFrom", "command", "args", "volumeMounts"}
)

// add takes up what a mapping is: a pod, a container, or something with lists of variables, which a controller gives to a container. What of it
// was read by that are the fields with the names.
func (f *inside) add(n *yaml.Node, in surroundings) (read []string) {
	if in.base != nil {
		read = append(read, "stepTemplate")
	}
	pod := holdsContainers(n)
	if pod {
		p := podAt{volumes: in.volumes, namespace: in.namespace}
		if in.key == "spec" {
			p.metadata = nodes.Field(in.parent, "metadata")
		}
		for _, list := range containerLists {
			for _, c := range nodes.Items(nodes.Field(n, list)) {
				p.containers = append(p.containers, containerAt{node: c, name: nodes.Text(nodes.Field(c, "name")), init: list == "initContainers"})
			}
		}
		f.pods, read = append(f.pods, p), append(read, containerLists...)
	}
	alone := func(c containerAt, fields ...string) {
		f.pods = append(f.pods, podAt{containers: []containerAt{c}, volumes: in.volumes, namespace: in.namespace})
		read = append(read, fields...)
	}
	if isContainer(n) {
		name := cmp.Or(nodes.Text(nodes.Field(n, "name")), in.key)
		alone(containerAt{node: n, base: in.base, name: name, part: pod || nodes.Text(nodes.Field(n, "image")) == ""}, ofContainer...)
	}
	nodes.Pairs(n, func(key, list *yaml.Node) {
		switch field := key.Value; {
		case slices.Contains(ofContainer, field):
		case namesVariables(list) && (strings.Contains(strings.ToLower(field), "env") || refersToData(list)):
			alone(containerAt{node: nodes.Mapping("env", list), name: field, part: true}, field)
		case namesSources(list):
			alone(containerAt{node: nodes.Mapping("envFrom", list), name: field, part: true}, field)
		}
	})
	return read
}

// holdsContainers says whether a mapping has the form of a pod's spec.
func holdsContainers(n *yaml.Node) bool {
	return all(nodes.Field(n, "containers"), func(c *yaml.Node) bool { return nodes.Field(c, "name") != nil || nodes.Field(c, "image") != nil })
}

// isContainer says whether a mapping has the form of a container: what gives it variables, or an image and what is run of it.
func isContainer(n *yaml.Node) bool {
	runs := len(nodes.Items(nodes.Field(n, "command")))+len(nodes.Items(nodes.Field(n, "args"))) > 0
	return namesVariables(nodes.Field(n, "env")) || namesSources(nodes.Field(n, "envFrom")) || runs && nodes.Text(nodes.Field(n, "image")) != ""
}

// namesVariables says whether a list has the form of a container's variables.
func namesVariables(list *yaml.Node) bool {
	given := false
	return all(list, func(item *yaml.Node) bool {
		given = given || nodes.Field(item, "value") != nil || nodes.Field(item, "valueFrom") != nil
		return nodes.Text(nodes.Field(item, "name")) != ""
	}) && given
}

// namesSources says whether a list has the form of the sources of a container's variables.
func namesSources(list *yaml.Node) bool {
	return all(list, func(item *yaml.Node) bool {
		return nodes.Field(item, "secretRef", "name") != nil || nodes.Field(item, "configMapRef", "name") != nil
	})
}

// refersToData says whether one of a list of variables takes its value from a Secret or a ConfigMap.
func refersToData(list *yaml.Node) bool {
	return slices.ContainsFunc(nodes.Items(list), func(item *yaml.Node) bool {
		from := nodes.Field(item, "valueFrom")
		return nodes.Field(from, "secretKeyRef") != nil || nodes.Field(from, "configMapKeyRef") != nil
	})
}

// all says whether a list has items, and each is a mapping of which something is so.
func all(list *yaml.Node, is func(*yaml.Node) bool) bool {
	items := nodes.Items(list)
	return len(items) > 0 && !slices.ContainsFunc(items, func(item *yaml.Node) bool {
		item = nodes.Follow(item)
		return item == nil || item.Kind != yaml.MappingNode || !is(item)
	})
}
