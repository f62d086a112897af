package sources

import (
	"path"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// A Taskfile is the one that Task (taskfile.dev) runs. Its variables stand in its commands as templates, and are none of the environment's.

func isTaskfile(name string) bool {
	return strings.HasPrefix(strings.ToLower(path.Base(name)), "taskfile.")
}

type taskfile struct {
	passed map[string]bool // what tasks give others that they call, before which nothing goes that holds for all
}

func newTaskfile(root *yaml.Node) *taskfile {
	t := &taskfile{passed: map[string]bool{}}
	t.calls(root, 0)
	return t
}

// calls finds what tasks give those that they call.
func (t *taskfile) calls(n *yaml.Node, depth int) {
	if n == nil || depth > maxManifestDepth {
		return
	}
	if n.Kind == yaml.MappingNode && nodes.Field(n, "task") != nil {
		nodes.Pairs(nodes.Field(n, "vars"), func(key, _ *yaml.Node) { t.passed[nodes.Text(key)] = true })
	}
	for _, c := range n.Content {
		t.calls(c, depth+1)
	}
}

// settings are the directory and the variables that a mapping of the file sets for the commands in it.
func (t *taskfile) settings(n *yaml.Node, shift int) []setting {
	var out []setting
	if dir := nodes.Text(nodes.Field(n, "dir")); dir != "" {
		out = append(out, func(s *shell, st *shellState) {
			s.enter(st, shellWord{text: taskReference.ReplaceAllString(dir, notKnown)})
		})
	}
	nodes.Pairs(nodes.Field(n, "vars"), func(key, value *yaml.Node) {
		name := nodes.Text(key)
		out = append(out, func(s *shell, st *shellState) {
			old := st.vars[name]
			if value == nil || value.Kind != yaml.ScalarNode || t.passed[name] || old != nil && old.exported { // the environment has it, too
				st.forget(name, false)
				return
			}
			text, _ := taskText(value.Value)
			s.makeVariable(st, name, text, value.Line+shift, false)
		})
	})
	return out
}
