package decrypt

import "testing"

func addSOPS(f *testing.F) {
	for _, c := range sopsCases {
		f.Add(c.name, sopsFile(f, c.name))
	}
	for _, keys := range []string{awsKey, gcpKey, hwKey, azureKey, vaultKey} {
		f.Add("a.yaml", cloudFile(keys))
	}
}

// FuzzDetect must not panic.
func FuzzDetect(f *testing.F) {
	addSOPS(f)
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		if format, ok := detect(name, b); ok != (format != "") {
			t.Errorf("%q, %v", format, ok)
		}
	})
}

// FuzzDecryptSOPS must not panic, hang, or fail with anything but a *Locked.
func FuzzDecryptSOPS(f *testing.F) {
	addSOPS(f)
	k, err := Load(keyFiles(keyDir, "age:age.txt", "age:age2.txt", "age:id_ed25519", "pgp:pgp.asc"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		k.opened = 0
		plain, locked := k.DecryptSOPS(name, b, nil)
		if locked == nil {
			return
		}
		if locked.Reason == "" || plain.Plain != nil {
			t.Errorf("%v", locked)
		}
	})
}
