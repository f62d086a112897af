package chart

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// Unread is a key, or the name of a Secret with keys, that a chart is given as a value which it
// does not know: Helm drops that without a word, and what the chart has of its own counts.
type Unread struct {
	Path      string // "secret.jwt.anonkey"
	Slot      keys.Slot
	Value     keys.Value // of a key; the zero Value of the name of a Secret
	Place     manifest.Place
	Namespace string
	Release   string // how the release is called
	Chart     string // how the chart is called: "the chart in charts/supabase"
	Meant     string // the value that the chart reads, and that was perhaps meant; else empty
	Slip      bool   // it differs from that in a letter or two, or in what it is below
}

// IsReference says whether the value names a Secret, and is no key itself.
func (u Unread) IsReference() bool { return u.Slot == "" }

// Name is the last word of the path.
func (u Unread) Name() string { return u.Path[strings.LastIndexByte(u.Path, '.')+1:] }

// unread finds what the release is given in vain. Of a chart that is not there as a whole nothing
// can be told.
func (r *Release) unread(repo *sources.Repository, c *Chart, values map[string]any) []Unread {
	if c.Dir == "" && len(c.missing) == 0 {
		return r.unreadByModel()
	}
	if c.Dir == "" || len(c.missing) > 0 || len(c.models) > 0 {
		return nil
	}
	var read *reads // made where it is asked for
	var out []Unread
	find := func(l Layer, own bool) {
		eachScalar(l.root, nil, func(way []string, n *yaml.Node) {
			u := Unread{Path: strings.Join(way, "."), Namespace: r.Namespace, Release: r.Label, Chart: "the chart in " + c.Dir}
			switch name := way[len(way)-1]; {
			case n.Value == "" || n.Tag == "!!null":
				return
			case isKeyLike(repo.Names(), way, n.Value):
				u.Value = repo.Standins().Resolve(keys.NewText(n.Value))
				if u.Place = l.place(n); u.Place.File != nil && u.Place.File.Locked() != nil {
					u.Value = keys.Unknown(u.Place.File.Locked().Reason)
				}
				if u.Slot = repo.Names().Of(name).SlotOf(u.Value); u.Slot == "" {
					u.Slot = keys.JWTSecret // jwt.secret, as isKeyLike has it
				}
				if !isKey(repo.Names().Of(name), u) {
					return
				}
			case !namesSecret(way, n.Value):
				return
			}
			if read == nil {
				read = readsOf(c.files, textsIn(values))
			}
			if read.know(way, own) {
				return
			}
			u.Meant, u.Slip = read.meant(way, u.Slot, repo.Names())
			u.Place = l.place(n)
			out = append(out, u)
		})
	}
	if c.umbrella {
		for _, l := range c.layers {
			if l.At.File == path.Join(c.Dir, "values.yaml") {
				find(l, true)
			}
		}
	}
	for _, l := range r.Layers {
		find(l, false)
	}
	return out
}

// unreadByModel finds the names of Secrets that the community's chart is given elsewhere than in
// secretRef, which is not set. Of its other values the model knows only those that bear keys.
func (r *Release) unreadByModel() []Unread {
	var out []Unread
	set := map[string]bool{}
	for _, l := range r.Layers {
		eachScalar(l.root, nil, func(way []string, n *yaml.Node) { set[strings.Join(way, ".")] = n.Value != "" })
	}
	for _, l := range r.Layers {
		eachScalar(l.root, nil, func(way []string, n *yaml.Node) {
			if len(way) != 3 || way[0] != "secret" || way[1] != "jwt" && way[1] != "apikey" || set["secret."+way[1]+".secretRef"] || n.Value == "" || !namesSecret(way, n.Value) {
				return
			}
			out = append(out, Unread{
				Path: strings.Join(way, "."), Namespace: r.Namespace, Release: r.Label, Chart: "the chart supabase of supabase-community",
				Meant: "secret." + way[1] + ".secretRef", Slip: true, Place: l.place(n),
			})
		})
	}
	return out
}

// isKey says whether a value holds a key in earnest: charts call the name of a data key "secretKey",
// and that of a Secret "jwtSecret". PostgREST takes no secret of less than 32 bytes.
func isKey(name keys.Name, u Unread) bool {
	text := u.Value.Text()
	switch {
	case u.Value.IsKnown() && !keys.IsReference(text) && !keys.IsExpression(text):
		return keys.Recognize(text) != "" || u.Slot.Role() == keys.Signing && text.Len() >= 32
	case u.Slot == keys.Publishable || u.Slot == keys.Secret:
		return name.Strong
	}
	return true
}

// eachScalar visits the texts of a mapping, and of those below it. Items of lists have no name by
// which a template could read them.
func eachScalar(n *yaml.Node, below []string, visit func(way []string, n *yaml.Node)) {
	if n = nodes.Follow(n); n == nil || n.Kind != yaml.MappingNode || len(below) > maxChartDepth {
		return
	}
	nodes.Pairs(n, func(key, value *yaml.Node) {
		if key == nil || value == nil {
			return
		}
		way := append(below[:len(below):len(below)], key.Value)
		if value = nodes.Follow(value); value.Kind == yaml.ScalarNode {
			visit(way, value)
		}
		eachScalar(value, way, visit)
	})
}

// secretName matches the values that name a Secret: secretRef, existingSecret, jwtSecretName.
var secretName = regexp.MustCompile(`(?i)^(?:existing\w*secret\w*|\w*secret_?(?:key_?)?(?:ref|name)s?)$`)

// keyWord matches what the name of the Secret with the keys stands below, or that name itself.
var keyWord = regexp.MustCompile(`(?i)jwt|jwks|anon|api[-_]?key|service[-_]?(?:role)?[-_]?key|\bkeys?\b`)

// namesSecret says of a value that it names a Secret with keys.
func namesSecret(way []string, text string) bool {
	return secretName.MatchString(way[len(way)-1]) && (keyWord.MatchString(text) || slices.ContainsFunc(way, keyWord.MatchString))
}

// above is what a value's name stands below, as isKeyLike wants it.
func above(way []string) string {
	if len(way) < 2 {
		return ""
	}
	return way[len(way)-2]
}

// meant is the value that the chart knows, and that is perhaps meant by one that it does not know:
// one that differs by a slip, that has further words before it or fewer, or else the only one of
// its kind.
func (r *reads) meant(way []string, slot keys.Slot, names keys.Names) (path string, slip bool) {
	var alike []string
	for _, p := range r.all() {
		if len(p) == 0 || slices.Contains(p, anyName) {
			continue
		}
		joined := strings.Join(p, ".")
		switch name := p[len(p)-1]; {
		case isBelow(reversed(p), reversed(way)) || isBelow(reversed(way), reversed(p)) && len(p) > 1 || isSlip(p, way):
			return joined, true
		case slot != "" && names.Of(name).Slot != slot && !(slot == keys.JWTSecret && above(p) == "jwt" && name == "secret"),
			slot == "" && (!namesSecret(p, "") || !shareWord(p, way)), slices.Contains(alike, joined):
		default:
			alike = append(alike, joined)
		}
	}
	if len(alike) != 1 {
		return "", false
	}
	return alike[0], false
}

// isSlip says whether two ways have the same words but for one, which differs by a letter or two,
// or in capitals and the like.
func isSlip(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	other := -1
	for i := range a {
		switch {
		case a[i] == b[i]:
		case other >= 0:
			return false
		default:
			other = i
		}
	}
	return other >= 0 && keys.Slip(a[other], b[other])
}

// shareWord says whether two ways go through a word of the same name, but for the last.
func shareWord(a, b []string) bool {
	return slices.ContainsFunc(a[:len(a)-1], func(w string) bool { return slices.Contains(b[:len(b)-1], w) })
}

func reversed(way []string) []string {
	out := slices.Clone(way)
	slices.Reverse(out)
	return out
}
