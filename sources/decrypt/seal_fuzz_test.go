package decrypt

import "testing"

// FuzzUnseal must not panic, and gives each entry a value or a reason.
func FuzzUnseal(f *testing.F) {
	for _, c := range sealedCases {
		s := sealedFile(f, c.name)
		f.Add(s.EncryptedData["ANON_KEY"], "{{ .k | b64enc }}", c.name, s.Name, s.Namespace)
	}
	f.Add("<SEALED>", "{{ index . \"k\" }}", "strict", "a", "")
	k, err := Load(keyFiles(keyDir, "seal:seal.pem"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, value, template, scope, name, namespace string) {
		k.tries = 0
		clear(k.unsealed)
		s := SealedSecret{Name: name, Namespace: namespace, EncryptedData: map[string]string{"k": value}, TemplateData: map[string]string{"t": template},
			Annotations: map[string]string{"sealedsecrets.bitnami.com/" + scope: "true"}}
		for key, u := range k.Unseal(s, Identity{"web", "app-keys"}) {
			if u.Value.IsKnown() != (u.Err == nil) || u.Value.IsAbsent() {
				t.Errorf("%s: %v", key, u.Err)
			}
		}
	})
}
