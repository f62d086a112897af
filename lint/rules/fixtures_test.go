package rules_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/keylint/keylint/internal/fixtures"
	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/lint/rules"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/decrypt"
)

var lintedFixtures sync.Map // by name, functions

// lintFixture lints a fixture with the test keys, once for all tests here.
func lintFixture(t *testing.T, name string) *lint.Result {
	t.Helper()
	once, _ := lintedFixtures.LoadOrStore(name, sync.OnceValues(func() (*lint.Result, error) {
		temp, err := os.MkdirTemp("", "keylint-fixture-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(temp)
		dir := filepath.Join(temp, name)
		if err := fixtures.Copy(name, dir); err != nil {
			return nil, err
		}
		keyring, err := testKeyring()
		if err != nil {
			return nil, err
		}
		repo, err := sources.Open(sources.Options{Paths: []string{dir}, Keyring: keyring, Ledger: &keys.Ledger{}})
		if err != nil {
			return nil, err
		}
		return lint.Check(lint.Group(sites.Collect(repo, render.Units(repo)), lint.Config{}), rules.All(), keys.At(testkeys.Now)), nil
	}))
	result, err := once.(func() (*lint.Result, error))()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return result
}

// testKeyring holds the private keys that the fixtures were encrypted for, anew for each fixture:
// a keyring counts what it tries.
func testKeyring() (*decrypt.Keyring, error) {
	dir, err := fixtures.Key("")
	if err != nil {
		return nil, err
	}
	return decrypt.Load(decrypt.KeyFiles{
		Age: []string{filepath.Join(dir, fixtures.AgeKey)}, SealedSecrets: []string{filepath.Join(dir, fixtures.SealedSecretsKey)},
	})
}
