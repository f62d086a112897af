package sources

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/keylint/keylint/keys"
)

// openTo is a repository in which texts stand in the open.
func openTo(texts ...string) *Repository {
	repo := &Repository{ledger: &keys.Ledger{}}
	repo.open.once.Do(func() {
		repo.open.text, repo.open.known = strings.ToLower(strings.Join(texts, "\x00")), map[string]bool{}
	})
	return repo
}

// TestHand hands values to a renderer, and asks what is worth what comes out of it.
func TestHand(t *testing.T) {
	repo := openTo("x", "y", "a", "b", "c")
	for _, v := range []keys.Value{keys.Known(keys.NewText("a text")), keys.Known(keys.NewText("")), keys.Unknown("it is elsewhere")} {
		handed := repo.Hand(v)
		back := repo.Standins().Resolve(keys.NewText(handed))
		if back.IsKnown() != v.IsKnown() || back.Reason() != v.Reason() || back.Text().Reveal() != v.Text().Reveal() {
			t.Errorf("%q comes back as %v, and was %v", handed, back, v)
		}
	}
	tree := map[string]any{"a": []any{"x", 1, map[string]any{"b": "y"}}, "c": nil}
	repo.HandTree(tree, nil)
	if inner := tree["a"].([]any); inner[0] != "x" || inner[1] != 1 || inner[2].(map[string]any)["b"] != "y" || tree["c"] != nil {
		t.Errorf("a tree becomes %v", tree)
	}
}

// TestNumbersAreHanded: a password may be a number. What is short is none, and stays one: a chart counts with it.
func TestNumbersAreHanded(t *testing.T) {
	repo := openTo("password", "pin", "port", "on")
	tree := map[string]any{"password": 1234567890.0, "pin": json.Number("87654321"), "port": 5432.0, "on": true}
	repo.HandTree(tree, nil)
	for _, name := range []string{"password", "pin"} {
		if word, ok := tree[name].(string); !ok || !repo.Standins().In(word).Sole {
			t.Errorf("%s: %v", name, tree[name])
		}
	}
	if tree["port"] != 5432.0 || tree["on"] != true {
		t.Error(tree)
	}
}

// TestHandTree: of the values of a decrypted document a renderer sees the names that stand in the open; no text, were it what an object is called or ever
// so short, and no name in which one stands, in base64 of base64 perhaps.
func TestHandTree(t *testing.T) {
	twice := base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte("x-postgres"))))
	repo := openTo("fullnameOverride", "type", "user", "of-postgres", "name", "list", "prod", twice)
	tree := map[string]any{
		twice: "4c7q", "env": "prod", "pin": "1a2b", "SUPABASE_ANON_KEY": "7Q7",
		"fullnameOverride": "supabase-of-ours", "type": "ClusterIP", "user": "postgres", "postgresUrl": "at-this-place", "of-postgres": "8h8",
		"name": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl", "list": []any{"a-text-in-a-list"},
	}
	repo.HandTree(tree, map[string]any{"postgresUrl": ""})
	for name, v := range tree {
		if text, ok := v.(string); ok && text != "prod" && !repo.Standins().In(text).Sole {
			t.Errorf("%s is shown: %q", name, text)
		}
	}
	for _, name := range []string{"of-postgres", twice} {
		if _, shown := tree[name]; shown {
			t.Errorf("%s is shown", name)
		}
	}
	for _, name := range []string{"postgresUrl", "user", "SUPABASE_ANON_KEY"} {
		if tree[name] == nil {
			t.Errorf("%s is hidden", name)
		}
	}
}

// TestHandLines: of a file of variables a renderer sees the names, and of what stands in it besides nothing.
func TestHandLines(t *testing.T) {
	repo := openTo()
	repo.HandSecret(keys.NewText("of-a-secret"))
	handed := string(repo.handLines([]byte("# a comment\nexport NAME=a value of it\n\nOTHER = 'one more value'\nkey: 'first-line\nMIIEpAIBAAKCAQEA7Qmz==\nab=cd of-the-text\nof-a-secret=x\nANON_KEY=of-a-secret\n")))
	for _, shown := range []string{"a comment", "value", "first", "MIIE", "of-"} {
		if strings.Contains(handed, shown) {
			t.Errorf("%q stands in %q", shown, handed)
		}
	}
	for _, name := range []string{"export NAME=kl", "OTHER = kl", "ANON_KEY=kl"} {
		if !strings.Contains(handed, name) {
			t.Errorf("%q does not stand in %q", name, handed)
		}
	}
}
