package lint

import (
	"slices"

	"github.com/keylint/keylint/keys"
)

// withheld is the finding, or one that only says so in its stead where one of its texts shows a
// key after all: a mistake in one finding must not cost the report of all others. It keeps
// rule, severity, place and id.
func (p *Pass) withheld(f Finding) Finding {
	if !f.leaks(p.isLeaky) {
		return f
	}
	return Finding{
		Rule: f.Rule, Severity: f.Severity, At: f.At, Of: f.Of, ID: f.ID,
		Message: "the rule " + f.Rule + " found something here; what it has to say would have shown a key, and is withheld",
		Help:    "See keylint explain " + f.Rule + ", and please report this as a bug of keylint (without the key).",
	}
}

// isLeaky says whether a text shows a key. Thousands of findings say the same of the same places: each text is looked through once.
func (p *Pass) isLeaky(text string) bool {
	leaky, known := p.leaky[text]
	if !known {
		leaky = leaks(text, p.Repo.Ledger())
		if p.leaky == nil {
			p.leaky = map[string]bool{}
		}
		p.leaky[text] = leaky
	}
	return leaky
}

func leaks(text string, ledger *keys.Ledger) bool {
	return ledger.Leaks(text, nil) || keys.HoldsWholeSecret(text)
}

// leaks says whether one of the finding's texts shows a key of the run, or what is one for certain: the
// guard of the output would hold back the whole report for either.
func (f Finding) leaks(isLeaky func(text string) bool) bool {
	texts := append([]string{f.Message, f.Help, f.Bearer, f.Instance, f.Frame.Text, f.Label}, f.Also...)
	for _, c := range f.Then {
		texts = append(texts, c.String())
	}
	for _, r := range f.Related {
		texts = append(texts, r.Holder, r.Says, r.Alike, r.Frame.Text)
	}
	for _, s := range f.Trace {
		texts = append(texts, s.Text)
	}
	return slices.ContainsFunc(texts, isLeaky)
}
