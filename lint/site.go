package lint

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sources"
)

// Standing is what a site does with its key.
type Standing string

// The standings.
const (
	Stored    Standing = "stored"    // a Secret, Helm values, the stack's .env
	Accepted  Standing = "accepted"  // a gateway credential
	Presented Standing = "presented" // an app's env or build arg; a backend's own client key
	Verifying Standing = "verifying" // a JWT secret or JWKS that signatures are checked with
)

// Step is one hop on the way by which a value reached a site.
type Step struct {
	At   sources.Position // file only, or nothing, where no line can be named
	Text string           // "${ANON_KEY}", "sed in initContainer render", "Secret supabase/supabase-keys ANON_KEY"
}

// Site is one place where a key is written, handed on or used.
type Site struct {
	Slot     keys.Slot
	Role     keys.Role
	Standing Standing
	Holder   string           // "Kong consumer anon", "Secret supabase/supabase-keys ANON_KEY", "apps/web/.env.production NEXT_PUBLIC_SUPABASE_ANON_KEY"
	Value    keys.Value       // known, or unknown with the reason
	At       sources.Position // the place of use
	Written  sources.Position // where the value is written: the same place, or the end of the trace
	Trace    []Step           // from the place of use back to where the value is written
	Unit     *render.Unit     // nil for what no unit deploys, such as an app's .env file

	name        keys.Name // what the variable's name promises
	variable    string    // its name; empty where the key stands in none
	namespace   string
	carrier     *carrier
	notBase64   bool         // it stands in the open where base64 belongs
	placeholder bool         // a word that a person was to replace, which makes the value unknown
	entry       *entryRef    // the Secret or ConfigMap entry that the value was read from
	broken      *danglingRef // the reference that leads nowhere, which is why there is no value
}

// CarrierName is what bears the site, with all that stands beside it: "Deployment web/web",
// "apps/web/.env.production", a gateway's configuration. It is the holder where nothing else
// is known.
func (s *Site) CarrierName() string {
	if s.carrier == nil || s.carrier.name == "" {
		return s.Holder
	}
	return s.carrier.name
}

// Outcome is the result of comparing a site with the others of its instance.
type Outcome string

// The outcomes. CannotTell is never a pass and never an error.
const (
	Agree      Outcome = "agree"
	Disagree   Outcome = "disagree"
	CannotTell Outcome = "unknown"
)
