package sources

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// The resources of Terraform that make objects as they are written, or change one (registry.terraform.io: hashicorp/kubernetes, hashicorp/helm,
// gavinbunney/kubectl).
var (
	terraformMakes   = regexp.MustCompile(`"(?:kubernetes_manifest|kubectl_manifest|kubernetes_\w+_data|kubernetes_env|kubernetes_(?:deployment|stateful_?set|daemon_?set|cron_job|job|pod)(?:_v1)?|helm_release)"`)
	terraformChanges = map[string]string{
		"kubernetes_secret_v1_data": "Secret", "kubernetes_config_map_v1_data": "ConfigMap",
		"kubernetes_deployment": "Deployment", "kubernetes_stateful_set": "StatefulSet", "kubernetes_daemonset": "DaemonSet", "kubernetes_daemon_set": "DaemonSet",
		"kubernetes_cron_job": "CronJob", "kubernetes_job": "Job", "kubernetes_pod": "Pod",
	}
	chartFiles = regexp.MustCompile(`"([^"\n]+\.(?:ya?ml|tftpl|tpl|json))"`)
)

// terraformMade are those of a module's file.
func (r *Repository) terraformMade(f *File) []ForeignObject {
	b, err := f.Disk()
	if err != nil || len(b) > maxTerraformSize || nestsTooFar(b) {
		return nil
	}
	parsed, broken := hclsyntax.ParseConfig(b, f.Path, hcl.InitialPos)
	if broken.HasErrors() {
		return nil
	}
	var out []ForeignObject
	for _, block := range parsed.Body.(*hclsyntax.Body).Blocks {
		if block.Type != "resource" || len(block.Labels) != 2 || isZero(block.Body.Attributes["count"]) || !terraformMakes.MatchString(`"`+block.Labels[0]+`"`) {
			continue
		}
		text := string(block.Range().SliceBytes(b))
		if end := block.CloseBraceRange.End.Byte; end <= len(b) {
			text = string(b[block.Range().Start.Byte:end])
		}
		at := Position{File: f.Path, Line: block.Range().Start.Line, Column: block.Range().Start.Column}
		out = append(out, r.terraformResource(f, block, text, at)...)
	}
	return out
}

// terraformResource is what one resource makes.
func (r *Repository) terraformResource(f *File, block *hclsyntax.Block, text string, at Position) []ForeignObject {
	bears := r.namesKey(text)
	by := "Terraform's " + block.Labels[0] + " " + Shown(block.Labels[1])
	attribute := func(body *hclsyntax.Body, name string) hclsyntax.Expression {
		if a := body.Attributes[name]; a != nil {
			return a.Expr
		}
		return nil
	}
	switch kind := block.Labels[0]; kind {
	case "helm_release":
		chart := literal(attribute(block.Body, "chart"))
		o := foreign(by, "", "", "", bears, at)
		o.Bears = o.Bears || r.Marked([]byte(chart)) || r.givesChart(f, text, chart)
		return []ForeignObject{o}
	case "kubernetes_manifest":
		object, ok := attribute(block.Body, "manifest").(*hclsyntax.ObjectConsExpr)
		if !ok { // it stands in a file, which is read as what it is
			return nil
		}
		is := objectOf(object)
		return []ForeignObject{foreign(by, is["kind"], is["metadata.name"], is["metadata.namespace"], bears, at)}
	case "kubectl_manifest":
		template, ok := attribute(block.Body, "yaml_body").(*hclsyntax.TemplateExpr)
		if !ok {
			return nil
		}
		var out []ForeignObject
		for _, e := range objectsIn(withoutUnknown(template)) {
			out = append(out, foreign(by, e.Kind, e.Name, e.Namespace, bears, at))
		}
		return out
	default:
		of := terraformChanges[kind]
		if of == "" {
			of = terraformChanges[strings.TrimSuffix(kind, "_v1")]
		}
		if kind == "kubernetes_env" {
			of = literal(attribute(block.Body, "kind"))
		}
		if of == "" {
			return nil
		}
		o := foreign(by, of, "", "", bears, at)
		for _, inner := range block.Body.Blocks {
			switch inner.Type {
			case "metadata":
				o.Name, o.Namespace = literal(attribute(inner.Body, "name")), literal(attribute(inner.Body, "namespace"))
			case "env":
				o.Variables = append(o.Variables, literal(attribute(inner.Body, "name")))
			}
		}
		return []ForeignObject{o}
	}
}

// objectOf are the kind and the name in an object that stands in a module.
func objectOf(x *hclsyntax.ObjectConsExpr) map[string]string {
	out := map[string]string{}
	var add func(x *hclsyntax.ObjectConsExpr, before string)
	add = func(x *hclsyntax.ObjectConsExpr, before string) {
		for _, item := range x.Items {
			key := before + hclKey(item.KeyExpr)
			if inner, is := item.ValueExpr.(*hclsyntax.ObjectConsExpr); is && key == "metadata" {
				add(inner, "metadata.")
			} else {
				out[key] = literal(item.ValueExpr)
			}
		}
	}
	add(x, "")
	return out
}

// hclKey is the key of an object, quoted or not.
func hclKey(x hclsyntax.Expression) string {
	if key, is := x.(*hclsyntax.ObjectConsKeyExpr); is {
		if word := hcl.ExprAsKeyword(key.Wrapped); word != "" {
			return word
		}
		x = key.Wrapped
	}
	return literal(x)
}

// withoutUnknown is a template with words in the place of what is not known.
func withoutUnknown(t *hclsyntax.TemplateExpr) string {
	text := ""
	for _, part := range t.Parts {
		if l, ok := part.(*hclsyntax.LiteralValueExpr); ok {
			s, _ := scalarText(l.Val)
			text += s
		} else {
			text += unknownWord
		}
	}
	return text
}

// givesChart says whether a release gives its chart what may be keys by files of the repository, or whether the chart is one of the repository that
// has to do with them.
func (r *Repository) givesChart(f *File, text, chart string) bool {
	for _, m := range chartFiles.FindAllStringSubmatch(text, -1) {
		name := path.Join(f.Dir(), m[1][strings.LastIndexByte(m[1], '}')+1:])
		if values := r.File(name); values != nil && values.IsMarked() {
			return true
		}
	}
	dir := path.Join(f.Dir(), chart)
	return strings.HasPrefix(chart, ".") && (!r.Spend(len(r.Files())) || slices.ContainsFunc(r.Files(), func(in *File) bool { return within(in.Path, dir) && in.IsMarked() }))
}
