package fix

import (
	"slices"
	"sort"

	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sources"
)

// Options say which fixes are made, and how.
type Options struct {
	Only   []string // the rules whose findings are mended; all where it is empty
	Safe   bool     // only fixes that change how a key is written
	Sealer Sealer
}

// Linter lints the repository as it is when files hold other bytes.
type Linter func(Files) (*lint.Result, *sources.Repository, error)

// Plan is what is going to be written, and why that is right.
type Plan struct {
	Fixes   []lint.Fix // in order of place
	Files   Files
	Was     Files // what the same files hold
	Mended  []lint.Finding
	Left    []lint.Unmended // places that somebody has to edit himself
	Then    []lint.Command  // what has to follow, in this order
	Against []string        // what stands in the way; nothing may be written then
	Before  *lint.Result
	After   *lint.Result
}

// maxRounds bounds how often the repository is linted: what one fix brings to light, the next one mends.
const maxRounds = 5

// Make plans what mends the findings, and proves it.
func Make(look Linter, o Options) (*Plan, error) {
	result, repo, err := look(nil)
	if err != nil {
		return nil, err
	}
	p := &Plan{Before: result, After: result, Files: Files{}, Was: Files{}}
	for range maxRounds {
		files, made, left := Apply(repo, choose(result, o), o.Sealer)
		p.Left = left
		if len(made) == 0 {
			break
		}
		p.Fixes = append(p.Fixes, made...)
		p.aim(result, made, o)
		for name, b := range files {
			if _, known := p.Was[name]; !known {
				p.Was[name], _ = repo.File(name).Disk()
			}
			p.Files[name] = b
		}
		if result, repo, err = look(p.Files); err != nil {
			return nil, err
		}
		p.After = result
	}
	p.Left = append(p.Left, p.After.Unmended...)
	sort.SliceStable(p.Left, func(a, b int) bool { return p.Left[a].At.Before(p.Left[b].At) })
	sort.SliceStable(p.Fixes, func(a, b int) bool { return p.Fixes[a].Edits[0].At.Before(p.Fixes[b].Edits[0].At) })
	p.Then = inOrder(p.Fixes)
	p.Against = p.against()
	return p, nil
}

// choose takes the fixes that are asked for, each place's once.
func choose(r *lint.Result, o Options) (chosen []lint.Fix) {
	taken := map[sources.Position]bool{}
	for _, f := range r.Findings {
		for _, x := range f.Fixes {
			if at := x.Edits[0].At; !taken[at] && o.wants(f, x) {
				taken[at] = true
				chosen = append(chosen, x)
			}
		}
	}
	return chosen
}

func (o Options) wants(f lint.Finding, x lint.Fix) bool {
	return (len(o.Only) == 0 || slices.Contains(o.Only, f.Rule)) && (!o.Safe || x.Kind == lint.SafeFix)
}

// aim remembers the findings that fixes mend.
func (p *Plan) aim(r *lint.Result, made []lint.Fix, o Options) {
	isMade := func(x lint.Fix) bool {
		return slices.ContainsFunc(made, func(m lint.Fix) bool { return m.Edits[0].At == x.Edits[0].At })
	}
	for _, f := range r.Findings {
		if len(f.Fixes) > 0 && !slices.ContainsFunc(f.Fixes, func(x lint.Fix) bool { return !isMade(x) || !o.wants(f, x) }) {
			p.Mended = append(p.Mended, f)
		}
	}
}

// inOrder are the commands that follow, each once: first what changed is deployed, then who reads the keys is restarted, the gateways before the
// others, and then what has them built in is built anew.
func inOrder(fixes []lint.Fix) (out []lint.Command) {
	for step := lint.Deploy; step <= lint.Build; step++ {
		for _, x := range fixes {
			for _, c := range x.Then {
				if c.Step != step {
					continue
				}
				i := slices.IndexFunc(out, func(o lint.Command) bool { return o.Do == c.Do })
				if i < 0 {
					out = append(out, lint.Command{Step: c.Step, Do: c.Do})
					i = len(out) - 1
				}
				for _, name := range c.Names {
					if !slices.Contains(out[i].Names, name) {
						out[i].Names = append(out[i].Names, name)
					}
				}
			}
		}
	}
	return out
}
