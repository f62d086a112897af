package report

import (
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

const mask = "[anon, sha256:1a2b3c4d]"

// masked is a line with the mask where its key was.
func masked(before, after string) lint.Frame {
	return lint.Frame{Text: before + mask + after, MaskStart: len(before) + 1, MaskEnd: len(before) + len(mask) + 1}
}

// disagreement is a result with something of everything.
func disagreement() *lint.Result {
	kong := at("k8s/supabase/kong.yaml", 112, 20, 190)
	secret := at("k8s/supabase/secret.yaml", 9, 13, 183)
	env := at("apps/web/.env.production", 2, 31, 201)
	site := func(slot keys.Slot, standing sites.Standing, holder string, at sources.Position, v keys.Value) *sites.Site {
		return &sites.Site{Slot: slot, Role: slot.Role(), Standing: standing, Holder: holder, At: at, Value: v}
	}
	known := keys.Known(keys.NewText("not a key"))
	locked := keys.Unknown("encrypted with SOPS for age1abc, and no identity for it was given")
	trace := []sources.Step{
		{At: sources.Position{File: "k8s/supabase/kong.yaml", Line: 112}, Text: "${ANON_KEY}"},
		{At: sources.Position{File: "k8s/supabase/deployment.yaml"}, Text: "sed in initContainer render"},
		{Text: "env ANON_KEY"},
		{At: at("k8s/supabase/secret.yaml", 9, 13, 0), Text: "Secret supabase/supabase-keys ANON_KEY"},
	}
	stored := site(keys.Anon, sites.Stored, "Secret supabase/supabase-keys ANON_KEY", secret, known)
	accepted := site(keys.Anon, sites.Accepted, "Kong consumer anon", kong, known)
	accepted.Trace, accepted.Written = trace, secret
	presented := site(keys.Anon, sites.Presented, "apps/web/.env.production NEXT_PUBLIC_SUPABASE_ANON_KEY", env, known)
	signing := site(keys.JWTSecret, sites.Verifying, "Deployment supabase/auth env GOTRUE_JWT_SECRET", at("k8s/supabase/auth.yaml", 30, 0, 0), known)
	hidden := site(keys.ServiceRole, sites.Stored, "Secret supabase/supabase-keys SERVICE_KEY", sources.Position{File: "k8s/supabase/secret.enc.yaml"}, locked)
	alone := site(keys.Publishable, sites.Presented, "apps/docs/.env NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY", at("apps/docs/.env", 1, 40, 0), known)
	absent := site("", sites.Presented, "apps/old/.env SUPABASE_KEY", at("apps/old/.env", 1, 1, 0), keys.Value{})

	return &lint.Result{
		Units: []*render.Unit{
			{Name: "k8s/supabase", Kind: render.Kustomization, Missing: []string{"the remote base https://example.org/base was not fetched"}},
			{Name: "k8s/broken", Kind: render.Kustomization},
			{Name: "docker-compose.yml", Kind: render.ComposeFile},
			{Name: "apps", Kind: render.Directory},
		},
		Instances: []*lint.JudgedInstance{
			{Name: "k8s/supabase, namespace supabase", Sites: []lint.Judged{
				{Site: signing, Outcome: lint.CannotTell, Why: "nothing was signed with it", Fingerprint: "A"},
				{Site: stored, Outcome: lint.Agree, Fingerprint: "sha256:1a2b3c4d"},
				{Site: accepted, Outcome: lint.Agree, Fingerprint: "sha256:1a2b3c4d"},
				{Site: presented, Outcome: lint.Disagree, Fingerprint: "sha256:99aabbcc"},
				{Site: hidden, Outcome: lint.CannotTell},
			}},
			{Name: "apps", Sites: []lint.Judged{
				{Site: alone, Outcome: lint.CannotTell, Why: "nothing accepts keys here", Fingerprint: "sha256:00112233"},
				{Site: absent, Outcome: lint.Disagree},
			}},
		},
		Findings: []lint.Finding{
			{
				Rule: "app-key-rejected", Severity: lint.Error, At: env, Instance: "k8s/supabase, namespace supabase",
				Message: "the anon key that apps/web presents is not one that Kong accepts",
				Slot:    keys.Anon, Frame: masked("NEXT_PUBLIC_SUPABASE_ANON_KEY=", ""),
				Related: []lint.Related{
					{At: kong, Holder: "Kong consumer anon", Says: "the other, sha256:1a2b3c4d", Is: lint.IsRight, Frame: masked("              - key: ", " # rotated")},
					{At: secret, Holder: "Secret supabase/supabase-keys ANON_KEY", Says: "the other, sha256:1a2b3c4d", Is: lint.IsRight, Stored: true, Frame: masked("\tANON_KEY:\t", "")},
					{At: sources.Position{File: "k8s/supabase/secret.enc.yaml"}, Says: "cannot be told: encrypted"},
				},
				Trace: trace,
				Help:  "write the key that Kong accepts into apps/web/.env.production,\nor add the app's key to the consumer anon",
				ID:    "app-key-rejected:0011",
			},
			{
				Rule: "plaintext-secret", Severity: lint.Warning, At: sources.Position{File: "k8s/supabase/secret.yaml", Line: 9},
				Message: "the service_role key is in the repository in plain text",
				Frame:   lint.Frame{Text: "  SERVICE_KEY: [service_role]\r\n"}, ID: "plaintext-secret:0022",
			},
			{
				Rule: "render-failed", Severity: lint.Warning, At: sources.Position{File: "k8s/broken/kustomization.yaml"},
				Message: "the root does not build", Help: "see the note", ID: "render-failed:0033",
			},
			{Rule: "dead-gateway-config", Severity: lint.Info, Message: "nothing reads this", ID: "dead-gateway-config:0044"},
		},
		Notes: []sources.Note{
			{Kind: sources.NoteSkipped, At: sources.Position{File: "docs/example.env"}, Message: "an example, never truth"},
			{Kind: sources.NoteRenderFailed, At: at("k8s/broken/kustomization.yaml", 3, 0, 0), Message: "resources: no such file"},
			{Kind: sources.NoteLocked, At: sources.Position{File: "k8s/supabase/secret.enc.yaml"}, Message: "encrypted with SOPS for age1abc"},
			{Kind: sources.NoteBound, Message: "more than 100000 files: the rest was not read"},
		},
		Coverage: lint.Coverage{
			Units: 4, Roots: 2, Rendered: 1, Sites: 7, Agree: 2, Disagree: 2, Wrong: 1, WrongPlaces: 1, BrokenPlaces: 1, Unknown: 3,
			Reasons: []lint.Reason{
				{Text: "encrypted with SOPS for age1abc, and no identity for it was given", Count: 1},
				{Text: "nothing accepts keys here", Count: 1},
				{Text: "nothing was signed with it", Count: 1},
			},
			Elsewhere: []lint.KeysIn{{File: "docs/example.env", Place: sources.Documentation, Keys: 2}},
		},
	}
}

// allUnknown is a result in which nothing could be compared.
func allUnknown() *lint.Result {
	return &lint.Result{
		Instances: []*lint.JudgedInstance{{Name: "k8s"}},
		Coverage: lint.Coverage{Units: 1, Roots: 1, Rendered: 1, Sites: 1, Unknown: 1,
			Reasons: []lint.Reason{{Text: "generated in the cluster", Count: 1}}},
	}
}

// hostile is a result out of a repository that tries to talk to the terminal, and one
// with a line of a minified file.
func hostile() *lint.Result {
	const evil = "k8s/\x1b[2Jkeys\n::error::\u202eyaml ##[group]\r::stop-commands::\u200b\u009b ##vso[task.complete]section_start:1:x"
	long := strings.Repeat(`"é":1,`, 100)
	frame := masked(long+`"key":"`, `",`+long)
	return &lint.Result{
		Instances: []*lint.JudgedInstance{{Name: evil, Sites: []lint.Judged{
			{Site: &sites.Site{Slot: keys.Anon, Holder: evil, At: at(evil, 1, 1, 0)}, Outcome: lint.CannotTell, Why: evil},
		}}},
		Findings: []lint.Finding{{
			Rule: "role-swap", ID: "role-swap:0055", Severity: lint.Error, Message: "swapped in " + evil, At: at(evil, 1, 608, 700), Frame: frame,
			Related: []lint.Related{{At: at(evil, 12, 1, 0), Says: evil, Frame: lint.Frame{Text: evil, MaskStart: 90, MaskEnd: 99}}},
			Trace:   []sources.Step{{At: at(evil, 2, 0, 0), Text: evil}}, Help: evil,
		}},
		Notes:    []sources.Note{{Kind: sources.NoteBound, At: at("::stop-commands::x", 0, 0, 0), Message: "m"}, {Kind: sources.NoteUnreadable, At: at(evil, 0, 0, 0), Message: evil + "\xff"}},
		Coverage: lint.Coverage{Units: 1, Sites: 2, Agree: 1, Unknown: 1, Reasons: []lint.Reason{{Text: evil, Count: 1}}},
	}
}
