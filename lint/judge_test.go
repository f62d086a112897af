package lint

import (
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/gateway"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// from gives the instance a site that takes its value from where another is written.
func (i *Instance) from(standing sites.Standing, other *sites.Site) *sites.Site {
	s := i.add(standing, other.Slot, "")
	s.Value, s.Written = other.Value, other.Written
	return s
}

// elsewhere gives the instance a site whose value is not known, but whose source is.
func (i *Instance) elsewhere(standing sites.Standing, slot keys.Slot, source string) *sites.Site {
	s := i.add(standing, slot, "")
	s.Value = s.Value.From(source)
	return s
}

// TestJudge says what becomes of the last site of an instance: to agree is a claim.
func TestJudge(t *testing.T) {
	for _, test := range []struct {
		name  string
		build func(*Instance) *sites.Site
		want  Outcome
	}{
		{"accepted, and written by itself", func(i *Instance) *sites.Site {
			i.add(sites.Accepted, keys.Anon, "anon")
			return i.add(sites.Presented, keys.Anon, "anon")
		}, Agree},
		{"accepted beside another", func(i *Instance) *sites.Site {
			i.add(sites.Accepted, keys.Publishable, "publishable")
			i.add(sites.Accepted, keys.Anon, "anon")
			return i.add(sites.Presented, keys.Anon, "anon")
		}, Agree},
		{"accepted, from the same place, which nothing proves", func(i *Instance) *sites.Site {
			return i.from(sites.Presented, i.add(sites.Accepted, keys.Anon, "anon"))
		}, ByConstruction},
		{"accepted, from the same place, and signed by the secret that services check with", func(i *Instance) *sites.Site {
			i.add(sites.Verifying, keys.JWTSecret, "jwt_secret")
			return i.from(sites.Presented, i.add(sites.Accepted, keys.Anon, "anon"))
		}, Agree},
		{"stored, where no gateway is in sight", func(i *Instance) *sites.Site {
			i.add(sites.Stored, keys.Anon, "anon")
			return i.add(sites.Presented, keys.Anon, "anon")
		}, Agree},
		{"stored in one of two places, of which the other is not known", func(i *Instance) *sites.Site {
			i.add(sites.Stored, keys.Anon, "anon")
			i.elsewhere(sites.Stored, keys.Anon, "ClusterSecretStore vault: prod#anon")
			return i.add(sites.Presented, keys.Anon, "anon")
		}, CannotTell},
		{"not known itself", func(i *Instance) *sites.Site {
			i.add(sites.Accepted, keys.Anon, "anon")
			return i.add(sites.Presented, keys.Anon, "")
		}, CannotTell},
		{"what is accepted is not known", func(i *Instance) *sites.Site {
			i.add(sites.Accepted, keys.Anon, "")
			return i.add(sites.Presented, keys.Anon, "anon")
		}, CannotTell},
		{"a part of what is accepted is not known", func(i *Instance) *sites.Site {
			i.add(sites.Accepted, keys.Anon, "anon.old")
			i.add(sites.Accepted, keys.Publishable, "")
			return i.add(sites.Presented, keys.Anon, "anon")
		}, CannotTell},
		{"a placeholder word, however many hold it", func(i *Instance) *sites.Site {
			word := keys.Known(keys.NewText("your-anon-key-here"))
			i.add(sites.Accepted, keys.Anon, "").Value = word
			s := i.add(sites.Presented, keys.Anon, "")
			s.Value = word
			return s
		}, CannotTell},
		{"nothing to compare with", func(i *Instance) *sites.Site { return i.add(sites.Presented, keys.Anon, "anon") }, CannotTell},
		{"the only place of an accepted key", func(i *Instance) *sites.Site { return i.add(sites.Accepted, keys.Anon, "anon") }, CannotTell},
		{"two of one list are no proof of each other", func(i *Instance) *sites.Site {
			i.add(sites.Accepted, keys.Anon, "anon")
			return i.add(sites.Accepted, keys.Anon, "anon")
		}, CannotTell},
		{"two unknown values are never equal", func(i *Instance) *sites.Site {
			i.add(sites.Stored, keys.Anon, "")
			return i.add(sites.Presented, keys.Anon, "")
		}, CannotTell},
		{"two unknown values of one source are", func(i *Instance) *sites.Site {
			i.elsewhere(sites.Accepted, keys.Anon, "the shell's ANON_KEY")
			return i.elsewhere(sites.Presented, keys.Anon, "the shell's ANON_KEY")
		}, ByConstruction},
		{"one source for keys of two roles is a mistake of one of them", func(i *Instance) *sites.Site {
			i.elsewhere(sites.Accepted, keys.Anon, "the shell's ANON_KEY")
			i.elsewhere(sites.Presented, keys.ServiceRole, "the shell's ANON_KEY")
			return i.elsewhere(sites.Presented, keys.Anon, "the shell's ANON_KEY")
		}, CannotTell},
		{"two sources may hold anything", func(i *Instance) *sites.Site {
			i.elsewhere(sites.Accepted, keys.Anon, "the shell's ANON_KEY")
			return i.elsewhere(sites.Presented, keys.Anon, "the shell's SUPABASE_ANON_KEY")
		}, CannotTell},
		{"a secret that signed a key of the instance", func(i *Instance) *sites.Site {
			i.add(sites.Accepted, keys.Anon, "anon")
			return i.add(sites.Stored, keys.JWTSecret, "jwt_secret")
		}, Agree},
		{"a secret that two services take from one place", func(i *Instance) *sites.Site {
			return i.from(sites.Verifying, i.add(sites.Stored, keys.JWTSecret, "jwt_secret"))
		}, ByConstruction},
		{"accepted by one gateway, and not by another that runs beside it", func(i *Instance) *sites.Site {
			i.add(sites.Accepted, keys.Anon, "anon")
			i.add(sites.Accepted, keys.Anon, "anon.old").Carrier = &inventory.Carrier{Name: "Deployment supabase/envoy"}
			return i.add(sites.Presented, keys.Anon, "anon")
		}, CannotTell},
		{"accepted by both", func(i *Instance) *sites.Site {
			i.add(sites.Accepted, keys.Anon, "anon")
			i.add(sites.Accepted, keys.Anon, "anon").Carrier = &inventory.Carrier{Name: "Deployment supabase/envoy"}
			return i.add(sites.Presented, keys.Anon, "anon")
		}, Agree},
		{"the key of a consumer that the user added", func(i *Instance) *sites.Site {
			i.add(sites.Accepted, keys.Anon, "anon")
			s := i.add(sites.Presented, keys.Anon, "anon.own")
			i.extra = []gateway.Extra{{Value: s.Value, Written: sources.Position{File: "kong.yml", Line: 9}}}
			return s
		}, Agree},
		{"the same, both from one place", func(i *Instance) *sites.Site {
			i.add(sites.Accepted, keys.Anon, "anon")
			s := i.add(sites.Presented, keys.Anon, "anon.own")
			i.extra = []gateway.Extra{{Value: s.Value, Written: s.Written}}
			return s
		}, ByConstruction},
		{"a hosted project's", func(i *Instance) *sites.Site {
			i.Ref = "zyxwvutsrqponmlkjihg"
			i.add(sites.Presented, keys.Anon, "anon")
			return i.add(sites.Presented, keys.Anon, "anon")
		}, CannotTell},
		{"a hosted project's, whose JWT secret is in the repository", func(i *Instance) *sites.Site {
			i.Ref = "zyxwvutsrqponmlkjihg"
			i.add(sites.Verifying, keys.JWTSecret, "jwt_secret")
			return i.add(sites.Presented, keys.Anon, "anon")
		}, Agree},
	} {
		t.Run(test.name, func(t *testing.T) {
			i := stack()
			s := test.build(i)
			p := aPass(nil)
			if got, why := p.judge(i, s); got != test.want || got == CannotTell && why == "" {
				t.Errorf("got %s (%s)", got, why)
			}
		})
	}
}

// TestNoProof holds back what looks like a proof and is none.
func TestNoProof(t *testing.T) {
	i := stack()
	accepted := i.add(sites.Accepted, keys.Anon, "anon")
	app, other := i.add(sites.Presented, keys.Anon, "anon"), i.add(sites.Presented, keys.Anon, "anon")
	p := aPass(map[*sites.Site]Joined{app: JoinedByKey, other: JoinedAsOnlyOne})
	for _, test := range []struct {
		name string
		site *sites.Site
		want Outcome
	}{
		{"its key alone ties it to the instance", app, CannotTell},
		{"something else does", other, Agree},
		{"what the key alone ties is no proof, but another is", accepted, Agree},
	} {
		if got, why := p.judge(i, test.site); got != test.want {
			t.Errorf("%s: %s (%s)", test.name, got, why)
		}
	}
	secret := i.add(sites.Stored, keys.JWTSecret, "jwt_secret.old")
	p.joined[i.add(sites.Presented, keys.Anon, "anon.old")] = JoinedByKey
	if got, why := p.judge(i, secret); got != CannotTell {
		t.Errorf("a key that is the instance's because this secret signed it proves the secret: %s (%s)", got, why)
	}
	p.Idle("nothing reads it", other)
	for _, s := range []*sites.Site{accepted, other} {
		if got, why := p.judge(i, s); got != CannotTell {
			t.Errorf("what has no effect proves nothing: %s (%s)", got, why)
		}
	}
}

// TestVerifies asks the JWT secrets that are in force, and none that acquits by being left over.
func TestVerifies(t *testing.T) {
	i := stack()
	key := i.add(sites.Accepted, keys.Anon, "anon.old")
	p := aPass(nil)
	i.add(sites.Stored, keys.JWTSecret, "jwt_secret.old")
	if got := p.Verifies(i, key); got != Yes {
		t.Errorf("under the only secret: %v", got)
	}
	i.add(sites.Verifying, keys.JWTSecret, "jwt_secret")
	if got := p.Verifies(i, key); got != No {
		t.Errorf("a secret that is stored and that no service reads acquits: %v", got)
	}
	stale := i.add(sites.Verifying, keys.JWTSecret, "jwt_secret.old")
	if got := p.Verifies(i, key); got != unclear {
		t.Errorf("under one of two: %v", got)
	}
	p.Explain(stale)
	if got := p.Verifies(i, key); got != No {
		t.Errorf("a secret that a rule has told of acquits: %v", got)
	}
	token := i.add(sites.Presented, keys.Anon, "")
	token.Value, token.Written = keys.Known(keys.NewText(testkeys.All()["{{anon}}"])), sources.Position{File: "app", Line: 1}
	if got := p.Verifies(i, token); got != Yes {
		t.Errorf("under the one in force: %v", got)
	}
}
