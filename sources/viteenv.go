package sources

import (
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
)

// ViteEnvOrder lists the files that Vite reads in a mode, which is "production" for "vite build",
// the strongest first: a file for the mode goes before every one for all modes, other than with
// Next.js (vite packages/vite/src/node/env.ts: getEnvFilesForMode).
func ViteEnvOrder(mode string) []string {
	return []string{".env." + mode + ".local", ".env." + mode, ".env.local", ".env"}
}

// viteOnly begins the names that Vite alone hands to an app.
const viteOnly = "VITE_"

// LoadEnv merges the files of one app as its build in a mode does: names that begin with
// VITE_ as Vite, all others as Next.js. The results are those of LoadNextEnv; bounded says
// that the references in the files come to more than is followed.
func LoadEnv(mode string, files []EnvFile) (winners map[string]Effective, all []Effective, bounded bool) {
	budget := maxAllExpanded
	winners, all = loadNextEnv(inOrder(files, NextEnvOrder(mode)), &budget)
	vite, viteAll := loadViteEnv(inOrder(files, ViteEnvOrder(mode)), &budget)
	all = slices.DeleteFunc(all, func(e Effective) bool { return strings.HasPrefix(e.Name, viteOnly) })
	for name := range winners {
		if strings.HasPrefix(name, viteOnly) {
			delete(winners, name)
		}
	}
	for name, e := range vite {
		winners[name] = e
	}
	return winners, append(all, viteAll...), budget < 0
}

func inOrder(files []EnvFile, names []string) []EnvFile {
	var out []EnvFile
	for _, name := range names {
		for _, f := range files {
			if path.Base(f.Path) == name {
				out = append(out, f)
			}
		}
	}
	return out
}

// loadViteEnv merges files, the strongest first, as Vite's loadEnv does: all of them into
// one set, whose references are then expanded.
func loadViteEnv(files []EnvFile, budget *int) (winners map[string]Effective, all []Effective) {
	merged := map[string]string{}
	for i := len(files) - 1; i >= 0; i-- {
		for _, v := range files[i].Variables {
			merged[v.Name] = v.Value.Reveal()
		}
	}
	winners = map[string]Effective{}
	for _, f := range files {
		last := map[string]int{}
		for i, v := range f.Variables {
			last[v.Name] = i
		}
		for i, v := range f.Variables {
			if !strings.HasPrefix(v.Name, viteOnly) || last[v.Name] != i {
				continue
			}
			x := expander{env: map[string]string{}, parsed: merged, budget: budget}
			e := Effective{Variable: v, File: f.Path}
			e.Value = keys.NewText(unescapeDollar(x.expand(v.Value.Reveal(), 0)))
			e.Expanded = x.names
			all = append(all, e)
			if _, ok := winners[v.Name]; !ok {
				winners[v.Name] = e
			}
		}
	}
	return winners, all
}
