package sources

import (
	"testing"

	"github.com/keylint/keylint/keys"
)

// TestFallbacks: an expression is one by what stands between two names, and counts where something takes its value.
func TestFallbacks(t *testing.T) {
	const anonFirst, serverFirst = "A S", "S A"
	for _, c := range []struct{ name, text, want string }{
		{"a.ts", "const key = process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY;", anonFirst},
		{"a.ts", "const key =\n  process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY || // the usual one\n  process.env.SUPABASE_SERVICE_ROLE_KEY ||\n  '';", anonFirst},
		{"a.ts", "const key = process.env.SUPABASE_ANON_KEY ?? process.env.SUPABASE_SERVICE_ROLE_KEY!", anonFirst},
		{"a.ts", "const key = process.env.SUPABASE_SERVICE_ROLE_KEY || process.env.SUPABASE_ANON_KEY;", serverFirst},
		{"a.ts", "const db = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY! || process.env.SUPABASE_SERVICE_KEY!);", anonFirst},
		{"a.ts", "const db = createClient(\n  Deno.env.get('SUPABASE_URL') ?? '',\n  Deno.env.get('SUPABASE_ANON_KEY') ?? Deno.env.get(\"SUPABASE_SERVICE_ROLE_KEY\") ?? '',\n);", anonFirst},
		{"a.ts", "return env.SUPABASE_ANON_KEY || env.SUPABASE_SERVICE_KEY", anonFirst},
		{"a.ts", "export const key = import.meta.env.VITE_SUPABASE_ANON_KEY || process.env['SUPABASE_SERVICE_ROLE_KEY']", anonFirst},
		{"a.ts", "const key = options.key || process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY", anonFirst},
		{"a.ts", "const key = process.env.SUPABASE_ANON_KEY || process.env.MY_OWN || process.env.SUPABASE_SERVICE_ROLE_KEY", anonFirst},
		{"a.ts", "const key = (process.env.SUPABASE_ANON_KEY as string) || (process.env.SUPABASE_SERVICE_ROLE_KEY as string)", anonFirst},
		{"a.ts", "this.config.get<string>('SUPABASE_URL'),\nthis.config.get<string>('SUPABASE_ANON_KEY') || this.config.get<string>('SUPABASE_SERVICE_ROLE_KEY'),", anonFirst},
		{"a.ts", "headers: { Authorization: `Bearer ${process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_KEY}` }", anonFirst},
		{"a.ts", "const key = url ? supabaseAnonKey || supabaseServiceRoleKey : ''", anonFirst},
		{"a.ts", "const key =\n  (process.env.SUPABASE_ANON_KEY || '').trim() ||\n  (process.env.SUPABASE_SERVICE_ROLE_KEY || '').trim();", anonFirst},
		{"a.py", `anon = supabase_anon_key or os.getenv("SUPABASE_ANON_KEY") or os.getenv("SUPABASE_SERVICE_KEY", "")`, "A A S"},
		{"a.py", `key = os.getenv("SUPABASE_ANON_KEY") or os.getenv("SUPABASE_SERVICE_ROLE_KEY")`, anonFirst},
		{"a.py", `key = os.environ.get("SUPABASE_ANON_KEY", os.environ.get("SUPABASE_SERVICE_ROLE_KEY"))`, anonFirst},
		{"a.py", `self.key = key or os.getenv("SUPABASE_ANON_KEY") or os.getenv("SUPABASE_SERVICE_KEY")`, anonFirst},
		{"a.py", "return (\n    (os.getenv(\"SUPABASE_ANON_KEY\") or os.getenv(\"SUPABASE_SERVICE_ROLE_KEY\") or \"\")\n    .strip()\n)", anonFirst},
		{"a.py", "key = settings.supabase_anon_key or settings.supabase_service_role_key", anonFirst},
		{"a.php", `$key = getenv('SUPABASE_ANON_KEY') ?: getenv('SUPABASE_SERVICE_ROLE_KEY');`, anonFirst},
		{"a.php", `'key' => env('SUPABASE_ANON_KEY', env('SUPABASE_SERVICE_ROLE_KEY')),`, anonFirst},
		{"a.php", `$key = $_ENV['SUPABASE_ANON_KEY'] ?? $_ENV['SUPABASE_SERVICE_KEY'];`, anonFirst},
		{"a.rb", `key = ENV['SUPABASE_ANON_KEY'] || ENV['SUPABASE_SERVICE_ROLE_KEY']`, anonFirst},
		{"a.rb", `key = ENV.fetch("SUPABASE_ANON_KEY") { ENV["SUPABASE_SERVICE_ROLE_KEY"] }`, anonFirst},
		{"a.go", `key := cmp.Or(os.Getenv("SUPABASE_ANON_KEY"), os.Getenv("SUPABASE_SERVICE_ROLE_KEY"))`, anonFirst},
		{"a.kt", `val key = System.getenv("SUPABASE_ANON_KEY") ?: System.getenv("SUPABASE_SERVICE_KEY")`, anonFirst},
		{"a.rs", `let key = env::var("SUPABASE_ANON_KEY").or_else(|_| env::var("SUPABASE_SERVICE_ROLE_KEY"))?;`, anonFirst},
		{"a.sh", `KEY="${SUPABASE_ANON_KEY:-${SUPABASE_SERVICE_ROLE_KEY}}"`, anonFirst},
		{"compose.yaml", "services:\n  web:\n    environment:\n      KEY: ${SUPABASE_ANON_KEY:-$SUPABASE_SERVICE_ROLE_KEY}", anonFirst},

		{"ci.yml", "env:\n  KEY: ${{ secrets.SUPABASE_ANON_KEY || secrets.SUPABASE_SERVICE_ROLE_KEY }}", anonFirst},
		{"ci.yml", "env:\n  KEY: ${{ vars.SUPABASE_ANON_KEY || secrets.SUPABASE_ANON_KEY || secrets.SUPABASE_SERVICE_ROLE_KEY }}", "A A S"},
		{"ci.yml", "if: ${{ secrets.SUPABASE_ANON_KEY || secrets.SUPABASE_SERVICE_ROLE_KEY }}", ""},

		{"a.ts", "if (!process.env.SUPABASE_ANON_KEY || !process.env.SUPABASE_SERVICE_ROLE_KEY) throw new Error()", ""},
		{"a.ts", "if (process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY) start()", ""},
		{"a.ts", "const ok = !!(process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY)", ""},
		{"a.ts", "const ok = Boolean(process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY)", ""},
		{"a.ts", "const ok = url && (process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY)", ""},
		{"a.ts", "const hasKey = process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY", ""},
		{"a.ts", "const mode = process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY ? 'on' : 'off'", ""},
		{"a.ts", "const db = (process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY) && open()", ""},
		{"a.ts", "throw new Error('Set: SUPABASE_ANON_KEY or SUPABASE_SERVICE_ROLE_KEY')", ""},
		{"a.ts", "throw new Error(`key: SUPABASE_ANON_KEY || SUPABASE_SERVICE_ROLE_KEY`)", ""},
		{"a.ts", "// const key = process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY", ""},
		{"a.ts", "const anon = process.env.SUPABASE_ANON_KEY\nconst service = process.env.SUPABASE_SERVICE_ROLE_KEY", ""},
		{"a.ts", "stub('SUPABASE_ANON_KEY', process.env.SUPABASE_SERVICE_ROLE_KEY)", ""},
		{"a.ts", "connect(process.env.SUPABASE_ANON_KEY, process.env.SUPABASE_SERVICE_ROLE_KEY)", ""},
		{"a.ts", "const key = process.env.SUPABASE_ANON_KEY || fallback(process.env.SUPABASE_SERVICE_ROLE_KEY)", ""},
		{"a.py", `if os.getenv("SUPABASE_ANON_KEY") or os.getenv("SUPABASE_SERVICE_ROLE_KEY"):`, ""},
		{"a.py", `raise ValueError("Missing: SUPABASE_ANON_KEY or SUPABASE_SERVICE_ROLE_KEY")`, ""},
		{"a.py", `    SUPABASE_ANON_KEY: SUPABASE_ANON_KEY and SUPABASE_SERVICE_ROLE_KEY`, ""},
		{"a.sh", `[ -n "${SUPABASE_ANON_KEY:-$SUPABASE_SERVICE_ROLE_KEY}" ] || exit 1`, ""},
		{"a.sh", `curl -H "apikey: ${SUPABASE_ANON_KEY:-$SUPABASE_SERVICE_ROLE_KEY}" -H "Authorization: Bearer $TOKEN"`, ""},
		{"a.ts", "headers: { apikey: process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY }", ""},
		{"a.sh", `# KEY="${SUPABASE_ANON_KEY:-${SUPABASE_SERVICE_ROLE_KEY}}"`, ""},
		{"notes.txt", "const key = process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY;", ""},
		{"a.test.ts", "const key = process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY;", ""},
		{"dist/a.js", "const key = process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY;", ""},
	} {
		f := &File{Path: c.name, repo: &Repository{}, tree: &tree{}, kind: kindOf(c.name)}
		got := ""
		for _, fallback := range f.fallbacks([]byte(c.text)) {
			for i, n := range fallback.Names {
				if i > 0 || got != "" {
					got += " "
				}
				got += map[keys.Role]string{keys.Public: "A", keys.Server: "S"}[n.Name.Slot.Role()]
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q of\n%s", c.name, got, c.want, c.text)
		}
	}
}

// FuzzFallbacks: whatever a text holds, what is found in it stands there.
func FuzzFallbacks(f *testing.F) {
	f.Add("const key = process.env.SUPABASE_ANON_KEY || process.env.SUPABASE_SERVICE_ROLE_KEY;", true)
	f.Add(`key = os.environ.get("SUPABASE_ANON_KEY", os.environ.get("SUPABASE_SERVICE_ROLE_KEY"))`, true)
	f.Add("KEY=${SUPABASE_ANON_KEY:-${SUPABASE_SERVICE_ROLE_KEY}}", false)
	f.Fuzz(func(t *testing.T, text string, code bool) {
		name := "a.sh"
		if code {
			name = "a.ts"
		}
		file := &File{Path: name, repo: &Repository{}, tree: &tree{}, disk: []byte(text)}
		for _, fallback := range file.fallbacks([]byte(text)) {
			for _, n := range fallback.Names {
				if line := file.Line(n.At.Line); len(line) < n.At.EndColumn-1 || line[n.At.Column-1:n.At.EndColumn-1] != n.Text {
					t.Errorf("%s does not stand at %s", n.Text, n.At)
				}
			}
		}
	})
}
