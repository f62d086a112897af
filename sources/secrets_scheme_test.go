package sources

import "testing"

// TestSecretsFile tells what helm-secrets decrypts from what helm reads by itself.
func TestSecretsFile(t *testing.T) {
	for _, c := range []struct {
		name, want string
		ok         bool
	}{
		{"values.yaml", "", false},
		{"secrets://secrets.prod.yaml", "secrets.prod.yaml", true},
		{"secrets://$values/prod/secrets.yaml", "$values/prod/secrets.yaml", true},
		{"secrets+age-import:///keys/key.txt?secrets.yaml", "secrets.yaml", true},
		{"secrets+gpg-import-kubernetes://argocd/keys#key.asc?../secrets.yaml", "../secrets.yaml", true},
		{"secrets+age-import-kubernetes://default/keys#secrets.yaml", "secrets.yaml", true},
		{"secrets+age-import://key.txt", "", false},
		{"secrets+literal://ref+vault://secret/supabase#/anon", "", false},
		{"https://example.org/values.yaml", "", false},
	} {
		if got, ok := SecretsFile(c.name); got != c.want || ok != c.ok {
			t.Errorf("%s: %q, %v", c.name, got, ok)
		}
	}
}
