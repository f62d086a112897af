package sources

import (
	"fmt"
	"strings"
	"testing"
)

// TestTerraformModules: what data keys are worth, by literals, variables, calls and files.
func TestTerraformModules(t *testing.T) {
	r := openPaths(t, writeTree(t, map[string]string{
		"infra/main.tf": `
variable "namespace" { default = "supabase" }
locals {
  names = { keys = "keys" }
  all   = { a = "one" }
}
data "sops_file" "f" { source_file = "${path.root}/plain.yaml" }
resource "kubernetes_secret" "a" {
  metadata {
    name      = "${local.names.keys}-a"
    namespace = var.namespace
  }
  data = merge(local.all, {
    b           = base64encode("two")
    (var.key)   = "x"
    c           = var.set
    d           = var.chosen
    e           = data.sops_file.f.data["deep.er"]
    f           = random_password.p.result
    g           = "${var.set}-${var.chosen}"
    h           = var.set ? "1" : "2"
    i           = trimspace(var.unset)
    j           = module.out.value
    k           = local.loop
    l           = null
  })
  binary_data = { m = "dHdv" }
}
resource "kubernetes_config_map_v1" "no" {
  count = 0
  metadata { name = "no" }
}
resource "kubernetes_secret" "each" {
  for_each = toset(["a"])
  metadata { name = each.key }
  data = {}
}
module "out" { source = "../modules/out" }
module "elsewhere" { source = "registry/x/y" }
`,
		"infra/locals.tf":        `locals { loop = local.loop }`,
		"infra/terraform.tfvars": "set = \"first\"\nchosen = \"x\"\n",
		"infra/b.auto.tfvars":    "set = \"second\"\n",
		"infra/prod.tfvars":      "chosen = \"y\"\n",
		"infra/plain.yaml":       "deep:\n  er: three\n",
		"modules/out/main.tf": `
variable "x" { default = "four" }
data "kubernetes_namespace" "here" {
  metadata { name = "here" }
}
output "value" { value = var.x }
resource "kubernetes_secret" "b" {
  metadata {
    name = "b"
    namespace = data.kubernetes_namespace.here.metadata.0.name
  }
  data = { x = random_password.p.result }
  lifecycle { ignore_changes = [data] }
}`,
	}))
	var got []string
	for _, m := range r.TerraformModules() {
		for _, o := range m.Made {
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s/%s at %d %s", m.Dir, o.Kind, o.Namespace, o.Name, o.At.Line, o.Open)))
			for _, e := range o.Entries {
				what := e.Value.Text().Reveal()
				if !e.Value.IsKnown() {
					what = e.Value.Reason() + " | " + e.Value.Source()
				}
				got = append(got, fmt.Sprintf("  %s = %s at %s", e.Key, what, e.At))
			}
		}
	}
	want := `infra Secret supabase/keys-a at 8 gives a data key a name that is not known
  a = one at infra/main.tf:5:18
  b = dHdv at infra/main.tf:14:33
  c = second at infra/b.auto.tfvars:1:8
  d = Terraform makes it in infra/main.tf:17 from var.chosen | Terraform in infra: var.chosen at infra/main.tf:17:19
  e = three at infra/plain.yaml:2:7
  f = Terraform makes it in infra/main.tf:19 from random_password.p.result | Terraform in infra: random_password.p.result at infra/main.tf:19:19
  g = Terraform makes it in infra/main.tf:20 from a text with var.chosen |  at infra/main.tf:20:19
  h = Terraform makes it in infra/main.tf:21 from a condition |  at infra/main.tf:21:19
  i = Terraform makes it in infra/main.tf:22 from var.unset | Terraform in infra: var.unset | trimspace at infra/main.tf:22:29
  j = four at modules/out/main.tf:2:27
  k = Terraform makes it in infra/main.tf:24 from an expression that is too long to follow |  at infra/locals.tf:1:17
  m = two at infra/main.tf:27:24
infra Secret here/b at 7 gives it what stands there at first, and leaves it to others from then on
  x = Terraform in modules/out/main.tf:7 gives it what stands there at first, and leaves it to others from then on | Terraform in infra: module.out.kubernetes_secret.b.x at modules/out/main.tf:12:16`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

// TestTerraformBounds: modules that call each other many times over, and texts that double with each step, come to an end.
func TestTerraformBounds(t *testing.T) {
	var calls, locals strings.Builder
	for i := range 30 {
		fmt.Fprintf(&calls, "module \"m%d\" {\n  source = \"../many\"\n}\n", i)
		fmt.Fprintf(&locals, "  t%d = \"${local.t%d}${local.t%d}\"\n", i+1, i, i)
	}
	secret := func(data string) string {
		return "resource \"kubernetes_secret\" \"s\" {\n  metadata { name = \"s\" }\n  data = { a = " + data + " }\n}\n"
	}
	r := openPaths(t, writeTree(t, map[string]string{
		"infra/main.tf": calls.String() + "locals {\n  t0 = \"" + strings.Repeat("x", 1000) + "\"\n" + locals.String() + "}\n" + secret("local.t30"),
		"many/main.tf":  calls.String() + secret(strings.Repeat("base64encode(", 80)+`"x"`+strings.Repeat(")", 80)),
	}))
	for _, m := range r.TerraformModules() {
		for _, o := range m.Made[:2] {
			for _, e := range o.Entries {
				if e.Value.IsKnown() {
					t.Errorf("%s: %d bytes", e.At, len(e.Value.Text().Reveal()))
				}
			}
		}
	}
}

// FuzzTerraform: no text makes the reading of modules fail.
func FuzzTerraform(f *testing.F) {
	f.Add(`resource "kubernetes_secret" "x" { metadata { name = "x" } data = { a = local.b["c"].d } }
locals { b = { c = { d = "${local.b.c.d}" } } }`)
	f.Add(`resource "kubernetes_secret" "x" { metadata { name = [for x in y : x][*].z } data = merge() }`)
	f.Add(strings.Repeat("(", 1000))
	f.Fuzz(func(t *testing.T, text string) {
		openPaths(t, writeTree(t, map[string]string{"main.tf": text, "terraform.tfvars": text})).TerraformModules()
	})
}
