package sites

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/sites/inventory"
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

// Site is one place where a key is written, handed on or used.
type Site struct {
	Slot     keys.Slot
	Role     keys.Role
	Standing Standing
	Holder   string           // "Kong consumer anon", "Secret supabase/supabase-keys ANON_KEY", "apps/web/.env.production NEXT_PUBLIC_SUPABASE_ANON_KEY"
	Value    keys.Value       // known, or unknown with the reason
	At       sources.Position // the place of use
	Written  sources.Position // where the value is written: the same place, or the end of the trace
	Trace    []sources.Step   // from the place of use back to where the value is written
	Unit     *render.Unit     // nil for what no unit deploys, such as an app's .env file

	Name        keys.Name // what the variable's name promises
	Variable    string    // its name; empty where the key stands in none
	Namespace   string
	Carrier     *inventory.Carrier
	Form        keys.Form             // how the key is written, of which something on the way has to make one; empty where it stands there as it is
	Opened      bool                  // the container that gets it may open that form as it starts
	NotBase64   bool                  // it stands in the open where base64 belongs
	Placeholder bool                  // a word that a person was to replace, which makes the value unknown
	Consumer    string                // of a gateway credential, whose it is; empty for any other site
	Asks        []string              // of a key that a proxy sends on for whoever asks: the hosts at which it is asked
	Exposed     string                // by what it is written into what whoever has the app gets, where its name does not say so; empty for any other
	RefusedAt   []sources.HostRefusal // of a gateway credential that passes elsewhere, at which hosts it is not known to
	Scheme      bool                  // it is sent in the header apikey behind the word Bearer, which a gateway compares with its keys as well
	SentTo      string                // of a command or a probe, the host that it asks; empty where that is not known
	Withheld    bool                  // its name says so, and what builds the app does not
	IsDefault   bool                  // nobody sets it: it is what a chart has of its own
	Entry       *inventory.EntryRef   // the Secret or ConfigMap entry that the value was read from
	InForce     string                // of a reference to a Secret beside the one in force, what that one is called
	Served      string                // of a key set that is fetched while the reader runs, from which host; empty for any other
	Unset       string                // compose's variable that it is, where no file here sets it
	Doubt       string                // why it is not known that it has the effect that it has where it stands; empty where it is
	Idle        string                // why the value has no effect where it stands; empty where it has one
	Copied      sources.Position      // where it is said that a controller copies the entry into the namespace in which it is read
	Broken      *inventory.Dangling   // the reference that leads nowhere, which is why there is no value
}

// DeployedIn is the unit whose deployer carries what the site's value is written in: that of the Secret or
// ConfigMap which it is read from, or else its own. It is nil where no unit deploys it.
func (s *Site) DeployedIn() *render.Unit {
	if s.Entry != nil && s.Entry.Unit != nil {
		return s.Entry.Unit
	}
	return s.Unit
}

// HandedOn says whether the value is certainly used as it is written, where something would have had to
// make a key of it.
func (s *Site) HandedOn() bool {
	u := s.DeployedIn()
	return u != nil && !s.Opened && u.Opening(s.Form, s.Written.File) == render.HandedOn
}

// CarrierName is what bears the site, with all that stands beside it: "Deployment web/web",
// "apps/web/.env.production", a gateway's configuration. It is the holder where nothing else
// is known.
func (s *Site) CarrierName() string {
	if s.Carrier == nil || s.Carrier.Name == "" {
		return s.Holder
	}
	return s.Carrier.Name
}

// Bearer is what bears the site, and the name that the key has there: of two containers of a pod,
// which may have variables of one name, the one that it is.
func (s *Site) Bearer() string {
	if s.Carrier != nil && s.Carrier.Part != "" {
		return s.Holder + " in container " + s.Carrier.Part
	}
	return s.Holder
}

// BuiltIn says whether a build takes the key into what it makes.
func (s *Site) BuiltIn() bool {
	return s.Exposed != "" || !s.Withheld && s.Carrier.BuiltIn(s.Name)
}

// Identity is the bearer with the slot: one variable may hold keys of several, one after the other.
func (s *Site) Identity() string { return WithSlot(s.Bearer(), s.Slot) }

// WithSlot names a bearer with the slot of its key.
func WithSlot(bearer string, slot keys.Slot) string {
	if slot == "" {
		return bearer
	}
	return bearer + " as " + string(slot)
}

// PromisedRole is the role that a site's consumer or name promises; empty where it
// leaves that open.
func (s *Site) PromisedRole() keys.Role {
	if s.Standing == Accepted {
		return s.Role
	}
	return s.Name.Role()
}

// Token is the JWT in a site's value.
func (s *Site) Token() (keys.JWT, bool) { return keys.ParseJWT(keys.Trim(s.Value.Text())) }

// StandsAt says whether the site names the place where both are written better than the
// other: it lies there, and best of all it is where the key is stored.
func (s *Site) StandsAt(other *Site) bool {
	rank := func(s *Site) int {
		switch {
		case s.Standing == Stored:
			return 2
		case s.At == s.Written:
			return 1
		}
		return 0
	}
	return rank(s) > rank(other)
}
