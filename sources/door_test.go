package sources

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const pem = "-----BEGIN EC " + "PRIVATE KEY-----\nMHcCAQEE\n-----END EC " + "PRIVATE KEY-----\n"

// TestDoor: of what lies in a work tree File and FileSystem give what everybody has who has the repository, and no more, by
// whatever name; of what git ignores the files of variables, which are known as such.
func TestDoor(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	ageKey := "# created: 2026-11-24\n# public key: age1xyz\nAGE-SECRET-" + "KEY-1QQQ\n"
	sealing := "apiVersion: v1\nkind: List\nitems:\n- metadata: {labels: {sealedsecrets.bitnami.com/sealed-secrets-key: active}}\n  data: {tls.key: " +
		base64.StdEncoding.EncodeToString([]byte(pem)) + "}\n"
	dir := writeTree(t, map[string]string{
		".gitignore":      "build/\n*.local\n.env\nheld.txt\n/k8s/settings\n",
		"apps/.gitignore": "own.txt\n",
		"build/token.txt": "token", "build/deep/x.txt": "x", "x.local": "x", "apps/own.txt": "x", "own.txt": "x",
		"held.txt": "x", ".env": "SUPABASE_ANON_KEY=x\n", "apps/.env -> ../.env": "", "apps/env -> ../.env": "",
		"config -> .git/config": "", "git -> .git": "", ".envrc -> .git/config": "", "token.yaml -> build/token.txt": "", "prod.env -> build/token.txt": "",
		"keys.txt": ageKey, "tls.key": pem, "chain.pem": "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n" + pem,
		"pgp.asc": "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----\n", "id_ed25519": "x", "x.agekey": "x", "sealing.yaml": sealing, "key -> keys.txt": "",
		"cert.pem": "-----BEGIN CERTIFICATE-----\n", "docs.md": "# Keys\nA file begins with " + pem, "k8s/settings/.env": "A=b\n",
		"secret.yaml":        "kind: Secret\nstringData:\n  tls.key: |\n    " + strings.ReplaceAll(pem, "\n", "\n    ") + "\n",
		"k8s/settings/b.txt": "x",
	})
	git := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	git("init", "-q")
	git("add", "-f", "held.txt")
	repo := openPaths(t, dir)
	for name, want := range map[string]string{ // what File and FileSystem give: both, or none for a reason
		"own.txt": "both", "held.txt": "both", "cert.pem": "both", "docs.md": "both", "secret.yaml": "both", ".gitignore": "both",
		".env": "both, private", "apps/.env": "both, private", "apps/env": "both, private", "k8s/settings/.env": "both, private",
		"build/token.txt": "git ignores it", "build/deep/x.txt": "git ignores it", "x.local": "git ignores it", "apps/own.txt": "git ignores it",
		"apps/../build/token.txt": "git ignores it", "token.yaml": "git ignores it", "prod.env": "git ignores it", "k8s/settings/b.txt": "git ignores it",
		".git/config": "it is git's own", ".git/HEAD": "it is git's own", "config": "it is git's own", "git/config": "it is git's own", ".envrc": "it is git's own",
		"keys.txt": "it is a private key", "tls.key": "it is a private key", "chain.pem": "it is a private key", "pgp.asc": "it is a private key",
		"id_ed25519": "it is a private key", "x.agekey": "it is a private key", "key": "it is a private key", "none.txt": "",
	} {
		f, why := repo.File(name), repo.Withheld(name)
		_, err := repo.FileSystem().ReadFile("/" + name)
		got := why
		if f != nil && err == nil {
			got = "both"
			if f.Private() {
				got = "both, private"
			}
		}
		if got != want || err == nil && f == nil {
			t.Errorf("%s: %s, want %s (%v)", name, got, want, err)
		}
	}
	if _, err := repo.FileSystem().ReadFile("/sealing.yaml"); err == nil {
		t.Error("the keys of the SealedSecrets controller are handed out")
	}
	for _, d := range []string{"/.git", "/git", "/.git/refs"} {
		if _, err := repo.FileSystem().ReadDir(d); err == nil || repo.FileSystem().IsDir(d) {
			t.Errorf("%s is listed", d)
		}
	}
	named := openPaths(t, filepath.Join(dir, "build", "deep"))
	if named.File("build/deep/x.txt") == nil {
		t.Error("what the user names is not read")
	}
}

// TestNamedLink: a link that is named must not lead out of the work tree in which it stands; within it may, and where there is no
// work tree nothing is left.
func TestNamedLink(t *testing.T) {
	other := writeTree(t, map[string]string{".git/": "", "secret.yaml": secret})
	dir := writeTree(t, map[string]string{
		"repo/.git/": "", "repo/k8s/secret.yaml": secret, "repo/in -> k8s": "", "repo/k8s/up -> ../k8s/secret.yaml": "",
		"repo/out -> " + other: "", "repo/file.yaml -> " + other + "/secret.yaml": "", "repo/far -> in/../../..": "", "link -> repo": "",
	})
	for name, refused := range map[string]bool{
		"repo": false, "repo/in": false, "repo/k8s/up": false, "link": false, "link/in": false,
		"repo/out": true, "repo/file.yaml": true, "repo/out/secret.yaml": true, "link/out": true, "repo/far": true,
	} {
		_, err := Open(Options{Paths: []string{filepath.Join(dir, filepath.FromSlash(name))}})
		if (err != nil) != refused {
			t.Errorf("%s: %v", name, err)
		}
		if refused && err != nil && !strings.Contains(err.Error(), "leads out of its repository") {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Chdir(filepath.Join(dir, "link"))
	if err := CheckNamed("."); err != nil {
		t.Error(err)
	}
	if err := CheckNamed(os.DevNull); err == nil {
		t.Error("a device is linted")
	}
}
