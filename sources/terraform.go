package sources

import (
	"bytes"
	"encoding/base64"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/keylint/keylint/keys"
)

// TerraformModule is a module of Terraform or OpenTofu that somebody applies, with those of the
// repository that it calls, and the Secrets and ConfigMaps of Kubernetes that it makes.
type TerraformModule struct {
	Dir   string
	Files []string // of all of them
	Made  []TerraformObject
}

// TerraformObject is one of these.
type TerraformObject struct {
	Kind      string
	Name      string
	Namespace string // empty where that is not known
	At        Position
	Entries   []TerraformEntry
	Open      string // why it may have more data keys; empty where it has not
	provider  string // whose cluster it is made in
}

// TerraformEntry is one of its data keys.
type TerraformEntry struct {
	Key   string
	Value keys.Value
	At    Position // where a person would edit it
}

// terraformKinds are the resources of the provider that make such an object
// (registry.terraform.io/providers/hashicorp/kubernetes).
var terraformKinds = map[string]string{
	"kubernetes_secret": "Secret", "kubernetes_secret_v1": "Secret",
	"kubernetes_config_map": "ConfigMap", "kubernetes_config_map_v1": "ConfigMap",
}

// terraformData are the arguments in which their data stand. What is binary is given in base64.
var terraformData = map[string]bool{"data": false, "data_wo": false, "binary_data": true, "binary_data_wo": true}

// The bounds on modules. Beyond them nothing is known of a file, or of a value.
const (
	maxTerraformSize  = 1 << 20 // of a file, and of a text that is put together
	maxTerraformNests = 100     // brackets in each other
	maxTerraformCalls = 8       // modules in each other
	maxTerraformSigns = 10_000  // that the parser descends with, one behind the other
	maxTerraformSteps = 100_000 // expressions, and modules where they are called, in all of the repository
)

// TerraformModules are the modules of the repository that make Secrets or ConfigMaps, in order of directory.
func (r *Repository) TerraformModules() []TerraformModule {
	if !slices.ContainsFunc(r.Files(), makesForKubernetes) {
		return nil
	}
	t := &terraform{repo: r, modules: map[string]*tfModule{}}
	for _, over := range []bool{false, true} {
		for _, f := range r.Files() {
			if (f.IsTerraform() || isValues(f)) && !f.Example && isOverride(f) == over {
				t.read(f)
			}
		}
	}
	t.choose()
	t.overrides()
	called := map[string]bool{}
	for _, m := range t.modules {
		for _, c := range m.calls {
			called[c.dir] = true
		}
	}
	var out []TerraformModule
	for _, dir := range slices.Sorted(maps.Keys(t.modules)) {
		if m := t.modules[dir]; !called[dir] && m.applied {
			made := &TerraformModule{Dir: dir}
			t.collect(&tfScope{terraform: t, tfModule: m}, made, 0)
			doubtTwins(made.Made)
			doubtClusters(made.Made)
			if len(made.Made) > 0 {
				slices.Sort(made.Files)
				made.Files = slices.Compact(made.Files)
				out = append(out, *made)
			}
		}
	}
	return out
}

func makesForKubernetes(f *File) bool {
	if !f.IsTerraform() || f.Example {
		return false
	}
	b, err := f.peek()
	return err == nil && (bytes.Contains(b, []byte(`"kubernetes_secret`)) || bytes.Contains(b, []byte(`"kubernetes_config_map`)))
}

// terraform are the modules by their directories.
type terraform struct {
	repo    *Repository
	modules map[string]*tfModule
	steps   int
}

// tfModule is what the files of a directory say.
type tfModule struct {
	dir          string
	applied      bool   // it has more than values of variables
	overriddenBy string // a file that goes over what the others say and is not read
	files        []string
	resources    []*hclsyntax.Block
	lookups      map[string]*hclsyntax.Block // data sources, by type and name
	spaces       map[string]*hclsyntax.Block // namespaces of Kubernetes, by type and name
	defaults     map[string]hclsyntax.Expression
	locals       map[string]hclsyntax.Expression
	outputs      map[string]hclsyntax.Expression
	calls        map[string]tfCall
	given        map[string]hclsyntax.Expression // variables that are set here, whoever applies it,
	givenBy      map[string]*File                // and the file
	choice       map[string]bool                 // variables that may be set when it is applied
}

// tfCall is a call of another module of the repository.
type tfCall struct {
	dir  string
	body *hclsyntax.Body
}

func (t *terraform) module(dir string) *tfModule {
	m := t.modules[dir]
	if m == nil {
		m = &tfModule{
			dir: dir, lookups: map[string]*hclsyntax.Block{}, spaces: map[string]*hclsyntax.Block{}, defaults: map[string]hclsyntax.Expression{},
			locals: map[string]hclsyntax.Expression{}, outputs: map[string]hclsyntax.Expression{}, calls: map[string]tfCall{},
			given: map[string]hclsyntax.Expression{}, givenBy: map[string]*File{}, choice: map[string]bool{},
		}
		t.modules[dir] = m
	}
	return m
}

// read adds a file to its module.
func (t *terraform) read(f *File) {
	b, err := f.Disk()
	if err != nil || len(b) > maxTerraformSize || nestsTooFar(b) {
		t.repo.Note(NoteBound, f.At(), "the module's file is too large or too deep, and was not read")
		return
	}
	if strings.HasSuffix(f.Path, ".json") {
		if values, ok := valuesInJSON(f, b); ok {
			t.module(f.Dir()).give(f, b, values)
		} else {
			t.repo.Note(NoteUnreadable, f.At(), "it is not valid JSON, so that nothing is known of the variables that it sets")
		}
		return
	}
	parsed, broken := hclsyntax.ParseConfig(b, f.Path, hcl.InitialPos)
	if broken.HasErrors() {
		t.repo.Note(NoteUnreadable, f.At(), "it is not valid HCL, so that nothing is known of the module")
		return
	}
	body := parsed.Body.(*hclsyntax.Body)
	m := t.module(f.Dir())
	m.files = append(m.files, f.Path)
	if isValues(f) {
		values := map[string]hclsyntax.Expression{}
		for name, attribute := range body.Attributes {
			values[name] = attribute.Expr
		}
		m.give(f, b, values)
		return
	}
	m.applied = true
	for _, block := range body.Blocks {
		m.add(t.repo, block)
	}
}

func (m *tfModule) add(repo *Repository, block *hclsyntax.Block) {
	name := strings.Join(block.Labels, ".")
	value := func(of string) hclsyntax.Expression {
		if a := block.Body.Attributes[of]; a != nil {
			return a.Expr
		}
		return nil
	}
	switch block.Type {
	case "resource":
		if len(block.Labels) == 2 && terraformKinds[block.Labels[0]] != "" {
			m.resources = append(m.resources, block)
		}
		if strings.HasPrefix(name, "kubernetes_namespace") {
			m.spaces[name] = block
		}
	case "data":
		m.lookups[name] = block
	case "variable":
		m.defaults[name] = value("default")
	case "output":
		m.outputs[name] = value("value")
	case "locals":
		for local, attribute := range block.Body.Attributes {
			m.locals[local] = attribute.Expr
		}
	case "module":
		source := literal(value("source"))
		if dir := path.Join(m.dir, source); strings.HasPrefix(source, ".") && repo.SameTree(m.dir, dir) {
			m.calls[name] = tfCall{dir, block.Body}
		}
	}
}

// nestsTooFar says whether the text has more nesting than anybody writes: HCL's parser descends with each.
func nestsTooFar(b []byte) bool {
	depth, run, choices := 0, 0, 0
	for _, c := range b {
		switch c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth = max(depth-1, 0)
		case '?':
			choices++
		}
		switch c {
		case '!', '-':
			run++
		case ' ', '\t', '\n':
		default:
			run = 0
		}
		if depth > maxTerraformNests || run > maxTerraformSigns || choices > maxTerraformSigns {
			return true
		}
	}
	return false
}

// collect adds what a module makes, and those that it calls.
func (t *terraform) collect(s *tfScope, out *TerraformModule, depth int) {
	if s.steps++; s.steps > maxTerraformSteps {
		return
	}
	out.Files = append(out.Files, s.files...)
	for _, r := range s.resources {
		if o, ok := s.object(r); ok {
			if s.overriddenBy != "" {
				o.doubt("may be another one by " + s.overriddenBy + ", which is JSON and is not read")
			}
			out.Made = append(out.Made, o)
		}
	}
	if depth == maxTerraformCalls {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s.calls)) {
		if child := s.child(name); child != nil && !isZero(child.call.Attributes["count"]) {
			t.collect(child, out, depth+1)
		}
	}
}

// object is what a resource makes; false where it makes none, or one whose name is not known.
func (s *tfScope) object(r *hclsyntax.Block) (TerraformObject, bool) {
	o := TerraformObject{Kind: terraformKinds[r.Labels[0]], At: s.position(r.LabelRanges[1]), provider: s.provider(r)}
	left := false
	if isZero(r.Body.Attributes["count"]) {
		return o, false
	}
	for _, block := range r.Body.Blocks {
		switch block.Type {
		case "metadata":
			name, _ := s.named(block.Body.Attributes["name"])
			o.Name = name
			space := block.Body.Attributes["namespace"]
			if o.Namespace, _ = s.named(space); space == nil {
				o.Namespace = "default" // as the provider has it
			}
		case "lifecycle":
			left = left || leavesData(block.Body.Attributes["ignore_changes"])
		}
	}
	for argument, inBase64 := range terraformData {
		if a := r.Body.Attributes[argument]; a != nil {
			s.addData(&o, a.Expr, inBase64, 0)
		}
	}
	slices.SortFunc(o.Entries, func(a, b TerraformEntry) int { return strings.Compare(a.Key, b.Key) })
	if left {
		s.leave(&o, r)
	}
	return o, o.Name != ""
}

// addData adds the entries of a mapping.
func (s *tfScope) addData(o *TerraformObject, x hclsyntax.Expression, inBase64 bool, depth int) {
	at, x := s.mapping(x, depth)
	object, ok := x.(*hclsyntax.ObjectConsExpr)
	if call, is := x.(*hclsyntax.FunctionCallExpr); is && call.Name == "merge" && depth < maxTerraformCalls {
		for _, part := range call.Args {
			at.addData(o, part, inBase64, depth+1)
		}
		return
	}
	if !ok {
		o.Open = "takes what is in it from an expression that is not followed"
		return
	}
	for _, item := range object.Items {
		key := at.value(item.KeyExpr, nil, 0)
		if !key.known {
			o.Open = "gives a data key a name that is not known"
			continue
		}
		v := at.value(item.ValueExpr, nil, 0)
		if v.absent {
			continue
		}
		value := v.in(s.position(item.KeyExpr.Range()))
		if inBase64 {
			if value.IsKnown() {
				if plain, err := base64.StdEncoding.DecodeString(v.text); err == nil {
					value = keys.Known(keys.NewText(string(plain)))
				} else {
					value = keys.Unknown("it is not base64, which binary_data needs")
				}
			} else {
				value = value.Decoded()
			}
		}
		o.Entries = slices.DeleteFunc(o.Entries, func(e TerraformEntry) bool { return e.Key == key.text }) // of merge the later wins
		o.Entries = append(o.Entries, TerraformEntry{Key: key.text, Value: value, At: v.at})
	}
}

// isZero says whether a resource's count makes none of it.
func isZero(count *hclsyntax.Attribute) bool { return count != nil && literal(count.Expr) == "0" }

// literal is an expression that is just a text or a number; empty where it is more.
func literal(x hclsyntax.Expression) string {
	if t, ok := x.(*hclsyntax.TemplateExpr); ok && len(t.Parts) == 1 {
		x = t.Parts[0]
	}
	if l, ok := x.(*hclsyntax.LiteralValueExpr); ok {
		text, _ := scalarText(l.Val)
		return text
	}
	return ""
}
