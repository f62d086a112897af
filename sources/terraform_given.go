package sources

import (
	"bytes"
	"maps"
	"path"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
)

// Of the files of values Terraform reads terraform.tfvars by itself, then terraform.tfvars.json, then *.auto.tfvars and *.auto.tfvars.json in order of
// name, and what comes later wins; over them goes what a command names: -var, -var-file (developer.hashicorp.com/terraform: input variables,
// precedence). So a variable that may be set by a command is a choice, and what it is worth is not known.

// valuesName matches a file of values, the first group one that is read by itself.
var valuesName = regexp.MustCompile(`(^terraform|\.auto)?\.tfvars(\.json)?$`)

// isValues says whether a file holds values of variables.
func isValues(f *File) bool { return !f.Example && valuesName.MatchString(path.Base(f.Path)) }

// order is where among those that are read by themselves a file of values stands.
func order(f *File) string {
	base := path.Base(f.Path)
	return map[string]string{"terraform.tfvars": "\x00", "terraform.tfvars.json": "\x01"}[base] + base
}

// give takes up a file of values.
func (m *tfModule) give(f *File, b []byte, values map[string]hclsyntax.Expression) {
	byItself := valuesName.FindStringSubmatch(path.Base(f.Path))[1] != "" && !bytes.Contains(b, []byte("ENC["))
	for name, x := range values {
		switch by := m.givenBy[name]; {
		case !byItself:
			m.choice[name] = true
		case by == nil || order(by) < order(f):
			m.given[name], m.givenBy[name] = x, f
		}
	}
}

// valuesInJSON are the values of a file that is JSON, in which a text is as it is; of what is none nothing is known.
func valuesInJSON(f *File, b []byte) (map[string]hclsyntax.Expression, bool) {
	parsed, broken := json.Parse(b, f.Path)
	if broken.HasErrors() {
		return nil, false
	}
	attributes, broken := parsed.Body.JustAttributes()
	if broken.HasErrors() {
		return nil, false
	}
	out := map[string]hclsyntax.Expression{}
	for name, a := range attributes {
		value, at := cty.DynamicVal, a.Expr.Range()
		if v, failed := a.Expr.Value(nil); !failed.HasErrors() && v.Type() == cty.String {
			value = v
			at.Start.Byte, at.End.Byte, at.Start.Column, at.End.Column = at.Start.Byte+1, at.End.Byte-1, at.Start.Column+1, at.End.Column-1
		}
		out[name] = &hclsyntax.LiteralValueExpr{Val: value, SrcRange: at}
	}
	return out, true
}

// onCommand matches what a command gives Terraform: the name of a variable, or of a file of values.
var onCommand = regexp.MustCompile(`-var(?:[= ]\s*["']?([A-Za-z_][\w-]*)=|-file[= ]\s*["']?([^\s"']+))`)

// choose finds out which variables a command may set: those that it names, those in a file of values which lies beside no module, and, where it names a
// file that is not in the repository, each.
func (t *terraform) choose() {
	all := map[string]bool{}
	for _, m := range t.modules {
		if !m.applied {
			maps.Copy(all, m.choice)
			for name := range m.given {
				all[name] = true
			}
		}
	}
	values := map[string]bool{} // the files of values, by name
	for _, f := range t.repo.Files() {
		if isValues(f) {
			values[path.Base(f.Path)] = true
		}
	}
	unseen := false
	for _, f := range t.repo.callers() {
		b, err := f.peek()
		if err != nil || !bytes.Contains(b, []byte("-var")) || !bytes.Contains(b, []byte("terraform")) && !bytes.Contains(b, []byte("tofu")) {
			continue
		}
		for _, named := range onCommand.FindAllSubmatch(b, -1) {
			if name, file := string(named[1]), string(named[2]); file == "" {
				all[name] = true
			} else {
				unseen = unseen || !values[path.Base(file)]
			}
		}
	}
	for _, m := range t.modules {
		for name := range m.given {
			m.choice[name] = m.choice[name] || all[name] || unseen
		}
	}
}

// isOverride says whether a file of a module goes over what the others say (developer.hashicorp.com/terraform: override files).
func isOverride(f *File) bool {
	base, _, _ := strings.Cut(path.Base(f.Path), ".")
	return base == "override" || strings.HasSuffix(base, "_override")
}

// overrides takes up the overrides that are JSON.
func (t *terraform) overrides() {
	for _, f := range t.repo.Files() {
		if m := t.modules[f.Dir()]; m != nil && isOverride(f) && (strings.HasSuffix(f.Path, ".tf.json") || strings.HasSuffix(f.Path, ".tofu.json")) {
			m.overriddenBy = f.Path
		}
	}
}
