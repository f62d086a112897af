package sources

import (
	"slices"

	"github.com/keylint/keylint/keys"
)

// expansion puts the values of others in place of the references in one of a name. It returns the names that are referred to, too.
type expansion func(name, value string, env map[string]string, budget *int) (string, []string)

// loadMerged merges files, the strongest first, as those loaders do that make one set of all of them, and expand it in the order in
// which it was made: the weakest file first, and the names of each as Node's util.parseEnv gives them, sorted.
func loadMerged(files []EnvFile, budget *int, expand expansion) (winners map[string]Effective, all []Effective) {
	merged := map[string]string{}
	var order []string
	for i := len(files) - 1; i >= 0; i-- {
		start := len(order)
		for _, v := range lastOfEach(files[i].Variables) {
			if _, ok := merged[v.Name]; !ok {
				order = append(order, v.Name)
			}
			merged[v.Name] = v.Value.Reveal()
		}
		slices.Sort(order[start:])
	}
	expanded := map[string][]string{}
	for _, name := range order {
		value, names := expand(name, merged[name], merged, budget)
		merged[name], expanded[name] = unescapeDollar(value), names
	}
	winners = map[string]Effective{}
	for _, f := range files {
		for _, v := range lastOfEach(f.Variables) {
			e := Effective{Variable: v, File: f.Path}
			if _, beaten := winners[v.Name]; beaten {
				value, names := expand(v.Name, v.Value.Reveal(), merged, budget)
				e.Value, e.Expanded = keys.NewText(unescapeDollar(value)), names
			} else {
				e.Value, e.Expanded = keys.NewText(merged[v.Name]), expanded[v.Name]
				winners[v.Name] = e
			}
			all = append(all, e)
		}
	}
	return winners, all
}

// lastOfEach are the definitions that count in a file, in the order in which their names first stand there.
func lastOfEach(variables []Variable) []Variable {
	at := map[string]int{}
	var out []Variable
	for _, v := range variables {
		i, ok := at[v.Name]
		if !ok {
			at[v.Name] = len(out)
			out = append(out, v)
			continue
		}
		out[i] = v
	}
	return out
}
