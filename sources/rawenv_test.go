package sources

import (
	"strings"
	"testing"

	"github.com/docker/cli/pkg/kvfile"
	"sigs.k8s.io/kustomize/api/ifc"
	"sigs.k8s.io/kustomize/api/kv"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/types"
)

// rawLines are lines whose quotes, comments, dollars and spaces dotenv would take off or
// fill in.
var rawLines = []string{
	"K=abc", `K="abc"`, "K='a$b'", "K=a$b", "K=abc  ", "  K=abc", "K= abc", "K=abc\r", "K=abc#d", "K=abc # d", `K="abc`, "K=", "K=a=b=", "K=a\\nb", "# K=abc", "", "\ufeffK=abc",
}

// TestRawEnvOracle compares with kustomize's own reader of envs and with docker's of
// --env-file, a line at a time.
func TestRawEnvOracle(t *testing.T) {
	for _, line := range rawLines {
		content := line + "\nLAST=1\n"
		var got []string
		for _, v := range ParseRawEnv([]byte(content)) {
			got = append(got, v.Name+"="+v.Value.Reveal())
		}
		docker, err := kvfile.ParseFromReader(strings.NewReader(content), nil)
		if err != nil {
			t.Fatal(err)
		}
		for whose, want := range map[string][]string{"docker": docker, "kustomize": kustomizeEnvs(t, types.KvPairSources{EnvSources: []string{"stack.env"}}, content)} {
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("%q: got %q, %s has %q", line, got, whose, want)
			}
		}
	}
}

// TestLiteralQuotes shows what kustomize's literals take off, on which the place of a value
// depends: one pair of quotes, and nothing else.
func TestLiteralQuotes(t *testing.T) {
	for literal, want := range map[string]string{
		"K=abc": "K=abc", `K="abc"`: "K=abc", "K='abc'": "K=abc", `K=""abc""`: `K="abc"`, `K="abc`: `K="abc`, "K= abc ": "K= abc ", `K="a'`: `K="a'`, "K=": "K=",
	} {
		if got := kustomizeEnvs(t, types.KvPairSources{LiteralSources: []string{literal}}, ""); len(got) != 1 || got[0] != want {
			t.Errorf("%q: kustomize has %q, want %q", literal, got, want)
		}
	}
}

func kustomizeEnvs(t *testing.T, from types.KvPairSources, content string) []string {
	t.Helper()
	pairs, err := kv.NewLoader(oneFile{content: content}, provider.NewDefaultDepProvider().GetFieldValidator()).Load(from)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range pairs {
		out = append(out, p.Key+"="+p.Value)
	}
	return out
}

// oneFile is kustomize's loader with the same text behind every name.
type oneFile struct {
	ifc.Loader
	content string
}

func (f oneFile) Load(string) ([]byte, error) { return []byte(f.content), nil }
