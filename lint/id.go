package lint

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

// findingID names a finding so that a later run finds it again: by its rule, its instance,
// and its primary place's file, bearer and slot. It is "rule:" and 16 hex digits.
//
// The instance goes in by what it is, not by its name, which grows longer where a second one
// is deployed beside it. The id stays the same while lines move, values and messages change,
// and other files come and go: a baseline and a forge's list of alerts hold on to it. No value
// goes into it. Instance and bearer were scrubbed; where a file is called like a key, the guard
// holds back the whole report, which names the file.
func findingID(f Finding) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{f.Rule, f.Of, f.At.File, f.Bearer, string(f.Slot)}, "\x00")))
	return f.Rule + ":" + hex.EncodeToString(sum[:8])
}

// inOrder puts all findings in order, those that a comment ignores among them, and names each:
// where two would be called alike, the later ones get a number. All are named before any is
// left out, so that what is selected or ignored changes no other one's name.
func (p *Pass) inOrder() []Suppressed {
	all := append([]Suppressed(nil), p.suppressed...)
	for _, f := range p.findings {
		all = append(all, Suppressed{Finding: f})
	}
	sort.SliceStable(all, func(a, b int) bool {
		x, y := all[a], all[b]
		if x.At != y.At {
			return x.At.Before(y.At)
		}
		if x.Rule != y.Rule {
			return x.Rule < y.Rule
		}
		return x.Message < y.Message
	})
	instances := map[string]string{}
	for _, i := range p.Instances {
		instances[i.Name] = i.identity()
	}
	seen := map[string]int{}
	for i := range all {
		all[i].Of = p.Repo.Ledger().Scrub(instances[all[i].Instance])
		id := findingID(all[i].Finding)
		if seen[id]++; seen[id] > 1 {
			id += fmt.Sprintf("-%d", seen[id])
		}
		all[i].ID = id
	}
	return all
}

// borneAt is the slot of the site at a place of an instance, and what bears it. Of several
// sites that are fed from the place it is the one that stands there: another reader of a
// Secret does not rename what is wrong with it.
func (p *Pass) borneAt(at sources.Position, instance string) (keys.Slot, string) {
	var best *sites.Site
	for _, s := range p.sitesAt(at) {
		switch {
		case instance != "" && p.NameOf(s) != instance:
		case best == nil, s.StandsAt(best), !best.StandsAt(s) && s.Holder < best.Holder:
			best = s
		}
	}
	if best == nil {
		return "", ""
	}
	return best.Slot, best.Bearer()
}
