package lint

import (
	"testing"

	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// The instances that the evidence of these tests chooses between: one of production with a
// gateway and an address, one of staging in another cluster.
func twoInstances() (prod, staging *Instance) {
	all := testkeys.All()
	known := func(i *Instance, slot keys.Slot, name string) *sites.Site {
		return &sites.Site{
			Slot: slot, Role: slot.Role(), Standing: sites.Accepted, Value: keys.Known(keys.NewText(all[name])),
			Carrier: &inventory.Carrier{}, Unit: i.Unit, Namespace: i.Namespace,
		}
	}
	at := func(name string) *Instance {
		u := &render.Unit{Name: "clusters/" + name, Path: "clusters/" + name, Kind: render.Kustomization, Cluster: name}
		return &Instance{
			Name: name, Unit: u, Namespace: "supabase", Parts: []part{{u, "supabase"}}, signed: newSignatures(),
			hosts: map[string]bool{name + ".example.org": true, "www.example.org": true}, public: true, gateway: true,
		}
	}
	prod, staging = at("prod"), at("staging")
	prod.declared = []string{"apps/shop"}
	prod.Sites = []*sites.Site{known(prod, keys.Anon, "{{anon}}"), known(prod, keys.JWTSecret, "{{jwt_secret}}")}
	staging.Sites = []*sites.Site{known(staging, keys.Anon, "{{anon.old}}"), known(staging, keys.JWTSecret, "{{jwt_secret.old}}")}
	return prod, staging
}

// TestEvidence asks each kind of evidence of one site that it places and of one that it leaves
// alone.
func TestEvidence(t *testing.T) {
	all := testkeys.All()
	prod, staging := twoInstances()
	elsewhere := &render.Unit{Name: "apps", Path: "apps", Kind: render.Directory}
	beside := &render.Unit{Name: "clusters/prod/apps", Path: "clusters/prod/apps", Kind: render.Directory, Cluster: "prod"}
	ofOne, ofBoth := sources.Position{File: "staging.env", Line: 1}, sources.Position{File: "all.env", Line: 1}
	entry := inventory.EntryRef{Object: &manifest.Object{}, Key: "anon"}
	// An app's site, in a carrier that says nothing.
	app := func(change func(*sites.Site)) *sites.Site {
		s := &sites.Site{
			Slot: keys.Anon, Role: keys.Public, Standing: sites.Presented, Value: keys.Unknown("a test"),
			Carrier: &inventory.Carrier{Name: "apps/web/.env.production", App: "apps/web"},
		}
		s.At.File = "apps/web/.env.production"
		if change != nil {
			change(s)
		}
		return s
	}
	url := func(host string) []inventory.URL { return []inventory.URL{{Host: host}} }
	key := func(name string) keys.Value { return keys.Known(keys.NewText(all[name])) }

	for _, test := range []struct {
		why    Joined
		of     func(*sites.Site)
		want   *Instance
		but    func(*sites.Site) // what it leaves alone
		single bool              // asked where there is one instance only
		untold bool              // asked where nothing tells the namespace of the one of staging
	}{
		{why: JoinedByPlace, want: prod,
			of:  func(s *sites.Site) { s.Unit, s.Namespace = prod.Unit, "supabase" },
			but: func(s *sites.Site) { s.Unit, s.Namespace = prod.Unit, "apps" }},
		{why: JoinedByStack, want: prod,
			of:  func(s *sites.Site) { s.Unit, s.Namespace, s.Standing = prod.Unit, "secrets", sites.Stored },
			but: func(s *sites.Site) { s.Unit, s.Namespace = prod.Unit, "apps" }},
		{why: JoinedByReference, want: staging,
			of:  func(s *sites.Site) { s.Entry = &entry },
			but: func(s *sites.Site) { s.Entry = &inventory.EntryRef{Key: "anon"} }},
		{why: JoinedBySource, want: staging,
			of:  func(s *sites.Site) { s.At, s.Written = ofOne, ofOne },
			but: func(s *sites.Site) { s.At, s.Written = ofBoth, ofBoth }},
		{why: JoinedByConfiguration, want: prod,
			of:  func(s *sites.Site) { s.At.File = "apps/shop/.env" },
			but: nil},
		{why: JoinedByConfiguration, want: prod, // by the root, whatever base its file lies in
			of: func(s *sites.Site) {
				s.Unit, s.At.File = &render.Unit{Path: "apps/shop/overlays/live"}, "bases/web.yaml"
			},
			but: func(s *sites.Site) { s.Unit, s.At.File = &render.Unit{Path: "apps/admin"}, "bases/web.yaml" }},
		{why: JoinedByURL, want: staging,
			of:  func(s *sites.Site) { s.Carrier.URLs = url("staging.example.org") },
			but: func(s *sites.Site) { s.Carrier.URLs = url("example.com") }},
		{why: JoinedByURLNamespace, want: prod, single: true,
			of:  func(s *sites.Site) { s.Carrier.URLs = url("gateway.supabase.svc.cluster.local") },
			but: func(s *sites.Site) { s.Carrier.URLs = url("kong.supabase-old.svc") }},
		{why: JoinedByAnyNamespace, want: staging, untold: true,
			of:  func(s *sites.Site) { s.Carrier.URLs = url("gateway.backend.svc.cluster.local") },
			but: func(s *sites.Site) { s.Carrier.URLs = url("kong.supabase.svc") }},
		{why: JoinedByNamespace, want: prod,
			of:  func(s *sites.Site) { s.Carrier.Backend, s.Unit, s.Namespace = "Storage", beside, "supabase" },
			but: func(s *sites.Site) { s.Carrier.Backend, s.Unit, s.Namespace = "Storage", elsewhere, "supabase" }}, // both are as near
		{why: JoinedByUnit, want: staging,
			of:  func(s *sites.Site) { s.Unit = staging.Unit },
			but: func(s *sites.Site) { s.Unit, s.Carrier.URLs = staging.Unit, url("example.com") }},
		{why: JoinedByCluster, want: prod,
			of:  func(s *sites.Site) { s.Unit = beside },
			but: func(s *sites.Site) { s.Unit = elsewhere }},
		{why: JoinedByAllOfURL, want: staging, // whose word is in the path; neither accepts it
			of: func(s *sites.Site) {
				s.Carrier.Name, s.Carrier.URLs, s.Value = "apps/web-staging", url("www.example.org"), key("{{anon.weak}}")
			},
			but: func(s *sites.Site) { s.Carrier.URLs, s.Value = url("www.example.org"), key("{{anon.old}}") }},
		{why: JoinedByKey, want: staging,
			of:  func(s *sites.Site) { s.Value = key("{{service_role.old}}") }, // signed with its secret
			but: func(s *sites.Site) { s.Value = key("{{anon.weak}}") }},
		{why: JoinedAsOnlyOne, want: prod, single: true,
			of:  nil,
			but: func(s *sites.Site) { s.Carrier.Development = true }},
		{why: JoinedByPath, want: staging,
			of:  func(s *sites.Site) { s.Carrier.Name = "apps/web-staging/.env.production" },
			but: func(s *sites.Site) { s.Carrier.URLs = url("localhost:54321") }},
		{why: JoinedByPath, want: staging,
			of:  func(s *sites.Site) { s.Carrier.Name, s.Value = "apps/web-staging", key("{{anon.weak}}") },
			but: func(s *sites.Site) { s.Carrier.Name, s.Value = "apps/web-staging", key("{{anon.old}}") }},
	} {
		t.Run(string(test.why), func(t *testing.T) {
			w := &joining{
				deployed: []*Instance{prod, staging}, torn: map[*sites.Site][]*Instance{}, entries: map[inventory.EntryRef]*Instance{entry: staging},
				taken: map[sources.Position][]*Instance{ofOne: {staging}, ofBoth: {prod, staging}},
			}
			if test.single {
				w.deployed = w.deployed[:1]
			}
			staging.Parts[0].ns = "supabase"
			if test.untold {
				staging.Parts[0].ns = ""
			}
			ask := func(s *sites.Site) *Instance {
				for _, e := range evidences {
					if e.joined == test.why {
						return e.of(w, s)
					}
				}
				t.Fatal("no such evidence")
				return nil
			}
			if got := ask(app(test.of)); got != test.want {
				t.Errorf("got %+v, want %s", got, test.want.Name)
			}
			if test.but != nil || test.of != nil {
				if got := ask(app(test.but)); got != nil {
					t.Errorf("it places what it should leave alone in %s", got.Name)
				}
			}
		})
	}
}

// TestJoinedByProject makes one instance for each hosted project, by the URL beside a key or
// by the key itself.
func TestJoinedByProject(t *testing.T) {
	w := &joining{}
	first := &sites.Site{Carrier: &inventory.Carrier{URLs: []inventory.URL{{Host: "zyxwvutsrqponmlkjihg.supabase.co"}}}}
	second := &sites.Site{Carrier: &inventory.Carrier{}, Value: keys.Known(keys.NewText(testkeys.All()["{{anon.hosted}}"]))}
	other := &sites.Site{Carrier: &inventory.Carrier{URLs: []inventory.URL{{Host: "abcdefghijklmnopqrst.supabase.co"}}}}
	a, b, c := byProject(w, first), byProject(w, second), byProject(w, other)
	if a == nil || a != b || c == nil || c == a {
		t.Errorf("the three sites join %p, %p and %p", a, b, c)
	}
	if byProject(w, &sites.Site{Carrier: &inventory.Carrier{}}) != nil {
		t.Error("a site without URL and key joins a hosted project")
	}
}
