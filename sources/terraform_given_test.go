package sources

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

// TestTerraformGiven: which of the values counts that a variable is given, and where none of them is sure to. Each module makes a Secret of var.a.
func TestTerraformGiven(t *testing.T) {
	const secret = "resource \"kubernetes_secret\" \"s\" {\n  metadata { name = \"s\" }\n  data = { a = %s }\n%s}\n"
	main := "variable \"a\" {}\n" + fmt.Sprintf(secret, "var.a", "")
	own := map[string]string{"infra/main.tf": main, "infra/terraform.tfvars": "a = \"own\"\n"}
	local := "locals { a = \"own\" }\n" + fmt.Sprintf(secret, "local.a", "")
	for name, test := range map[string]struct {
		files map[string]string // beside those of own
		want  string            // empty where it is not known
	}{
		"own":                             {nil, "own"},
		"JSON":                            {map[string]string{"infra/terraform.tfvars.json": `{"a": "json"}`}, "json"},
		"by itself":                       {map[string]string{"infra/terraform.tfvars.json": `{"a": "json"}`, "infra/a.auto.tfvars": `a = "auto"`}, "auto"},
		"by itself, in order":             {map[string]string{"infra/b.auto.tfvars.json": `{"a": "b"}`, "infra/a.auto.tfvars": `a = "auto"`}, "b"},
		"JSON of something else":          {map[string]string{"infra/terraform.tfvars.json": `{"a": {"b": 1}}`}, ""},
		"encrypted":                       {map[string]string{"infra/a.auto.tfvars.json": `{"a": "ENC[AES256_GCM,data:eA==,type:str]", "sops": {}}`}, ""},
		"chosen":                          {map[string]string{"infra/prod.tfvars": `a = "prod"`}, ""},
		"chosen of another variable":      {map[string]string{"infra/prod.tfvars": `b = "prod"`}, "own"},
		"chosen from elsewhere":           {map[string]string{"env/prod.tfvars": `a = "prod"`}, ""},
		"of another module":               {map[string]string{"other/prod.tfvars": `a = "prod"`, "other/main.tf": main}, "own"},
		"set by a command":                {map[string]string{"deploy.sh": "terraform apply -var 'a=b'\n"}, ""},
		"another one set by a command":    {map[string]string{"deploy.sh": "terraform apply -var=b=b\n"}, "own"},
		"set by a file that is not there": {map[string]string{"Makefile": "x:\n\ttofu apply -var-file=secret.tfvars\n"}, ""},
		"of another program":              {map[string]string{"deploy.sh": "nomad run -var-file=secret.tfvars\n"}, "own"},
		"override":                        {map[string]string{"infra/main.tf": local, "infra/a_override.tf": `locals { a = "over" }`}, "over"},
		"override in JSON":                {map[string]string{"infra/override.tf.json": `{"locals": {"a": "over"}}`}, ""},
		"left to others":                  {map[string]string{"infra/main.tf": fmt.Sprintf(secret, `"own"`, "  lifecycle { ignore_changes = [data[\"a\"]] }\n")}, ""},
		"all left to others":              {map[string]string{"infra/main.tf": fmt.Sprintf(secret, `"own"`, "  lifecycle { ignore_changes = all }\n")}, ""},
		"labels left to others":           {map[string]string{"infra/main.tf": fmt.Sprintf(secret, `"own"`, "  lifecycle { ignore_changes = [metadata[0].labels] }\n")}, "own"},
		"one cluster":                     {map[string]string{"infra/main.tf": fmt.Sprintf(secret, `"own"`, "  provider = kubernetes.x\n")}, "own"},
		"two clusters":                    {map[string]string{"infra/z.tf": strings.ReplaceAll(fmt.Sprintf(secret, `"x"`, "  provider = kubernetes.x\n"), `"s"`, `"z"`)}, ""},
		"one cluster, handed on": {map[string]string{
			"infra/main.tf": "module \"m\" {\n  source = \"../m\"\n  providers = { kubernetes.y = kubernetes.x }\n}\n" + fmt.Sprintf(secret, `"own"`, "  provider = kubernetes.x\n"),
			"m/main.tf":     strings.ReplaceAll(fmt.Sprintf(secret, `"x"`, "  provider = kubernetes.y\n"), `"s"`, `"z"`),
		}, "own"},
	} {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(own)
			maps.Copy(files, test.files)
			for _, o := range openPaths(t, writeTree(t, files)).TerraformModules()[0].Made {
				if o.Name != "s" {
					continue
				}
				if v := o.Entries[0].Value; v.IsKnown() != (test.want != "") || v.IsKnown() && v.Text().Reveal() != test.want {
					t.Errorf("known: %v, %s%s", v.IsKnown(), v.Text().Reveal(), v.Reason())
				}
			}
		})
	}
}
