package sites

import (
	"maps"
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// loadedEnv is what the commands that build and start the repository's apps are given beside the apps' own files of variables.
type loadedEnv struct {
	calls []sources.BuildCall
	by    map[sources.Position][]string // the apps that a variable is given to, by where it is written
	taken map[sources.Position]bool     // of those the ones that a file of variables which is read has
}

func newLoadedEnv(calls []sources.BuildCall) *loadedEnv {
	l := &loadedEnv{calls: calls, by: map[sources.Position][]string{}, taken: map[sources.Position]bool{}}
	for _, dir := range sources.Directories(calls) {
		for _, starts := range []bool{false, true} {
			env := sources.EnvironmentOf(calls, dir, starts)
			if env == nil {
				continue
			}
			for _, v := range env.Given {
				if v.At.File != "" && !slices.Contains(l.by[v.At], dir) {
					l.by[v.At] = append(l.by[v.At], dir)
				}
			}
		}
	}
	return l
}

// environment is what an app is given where the variable counts: one that is built in when it is built, any other when it starts,
// if that is given anything. It is nil where nothing is.
func (l *loadedEnv) environment(dir string, name keys.Name) *sources.BuildEnvironment {
	if name.PublicPrefix == "" {
		if env := sources.EnvironmentOf(l.calls, dir, true); env != nil {
			return env
		}
	}
	return sources.EnvironmentOf(l.calls, dir, false)
}

// before says what goes before a variable of an app's own files; empty where nothing does.
func (l *loadedEnv) before(dir, variable string, name keys.Name) string {
	env := l.environment(dir, name)
	switch {
	case env == nil:
		return ""
	case env.Given[variable].Name != "":
		return env.At.String() + " is started with a value of its own, which goes before this one"
	case env.Open != "":
		return env.Open + ", and whether that goes before it cannot be told"
	}
	return ""
}

// carriers are the variables that are given to apps and stand in none of the files of variables that are read: in a script, in a file that is locked.
func (a *apps) loadedCarriers() []*inventory.Carrier {
	var out []*inventory.Carrier
	for _, dir := range sources.Directories(a.loaded.calls) {
		byFile := map[string]*inventory.Carrier{}
		for _, starts := range []bool{false, true} {
			env := sources.EnvironmentOf(a.loaded.calls, dir, starts)
			if env == nil {
				continue
			}
			for _, name := range slices.Sorted(maps.Keys(env.Given)) {
				v := env.Given[name]
				if v.At.File == "" || a.loaded.taken[v.At] || a.standsInCI(v.Name, v.At) {
					continue
				}
				a.loaded.taken[v.At] = true
				b := &inventory.Binding{Name: v.Name, Holder: v.At.File + " " + v.Name, Value: keys.Known(v.Text), Where: inventory.Stands(v.At)}
				if v.Locked != nil {
					b.Value = keys.Unknown(v.Locked.Reason)
				}
				if byFile[v.At.File] == nil {
					byFile[v.At.File] = &inventory.Carrier{Kind: inventory.InEnvFile, Name: v.At.File, File: v.At.File, App: dir}
				}
				byFile[v.At.File].Bindings = append(byFile[v.At.File].Bindings, b)
			}
		}
		for _, file := range slices.Sorted(maps.Keys(byFile)) {
			k := byFile[file]
			k.URLs = a.URLs(k.Bindings)
			out = append(out, k)
		}
	}
	return out
}
