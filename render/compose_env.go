package render

import (
	"path"
	"slices"

	"github.com/keylint/keylint/sources"
)

// startedWith tells which files of variables each project is started with. One that is started
// with several, for staging and for production, is deployed several times: each is a unit of its
// own, and no value of the one is held against one of the other.
func startedWith(calls []sources.ComposeCall, repo *sources.Repository, units []*Unit) []*Unit {
	var out []*Unit
	for _, u := range units {
		envs := envsOf(u, calls)
		if given := repo.GivenEnv(u.Compose); given != nil {
			given.Swarm = len(envs) > 0 && !slices.ContainsFunc(envs, func(env *sources.ComposeEnv) bool { return env == nil || !env.Swarm })
			envs = []*sources.ComposeEnv{given}
		}
		for _, env := range envs {
			with := *u
			if env != nil {
				with.Env = env
			}
			with.Inputs = slices.Clone(u.Inputs)
			if len(envs) > 1 {
				with.Name += " with " + EnvName(u.Compose, env)
			}
			out = append(out, &with)
		}
		if len(envs) == 0 {
			out = append(out, u)
		}
	}
	return out
}

// envsOf are the different files of variables that the commands name for a unit, of which nil are
// compose's own default; none where all leave it at that.
func envsOf(u *Unit, calls []sources.ComposeCall) []*sources.ComposeEnv {
	byKey := map[string]*sources.ComposeEnv{}
	var order []string
	concerning := slices.DeleteFunc(slices.Clone(calls), func(call sources.ComposeCall) bool { return !concerns(call, u.Path) })
	if len(concerning) == 0 && u.ComposeOnly != nil { // started as the project is that it changes
		base := u.Compose.Files[0].Path
		concerning = slices.DeleteFunc(slices.Clone(calls), func(call sources.ComposeCall) bool { return !concerns(call, base) })
	}
	for _, call := range concerning {
		key, env := call.Env.Key(), &call.Env
		if key == "" || key == EnvName(u.Compose, nil) {
			key, env = "", nil
		}
		if _, known := byKey[key]; !known {
			byKey[key] = env
			order = append(order, key)
		}
	}
	if len(order) == 1 && order[0] == "" {
		return nil
	}
	var out []*sources.ComposeEnv
	for _, key := range order {
		out = append(out, byKey[key])
	}
	return out
}

// concerns says whether a command starts a project with the file.
func concerns(call sources.ComposeCall, file string) bool {
	if len(call.Files) > 0 {
		return slices.Contains(call.Files, file)
	}
	return isDefault(file) && path.Dir(file) == call.Dir
}

// EnvName is how the files of variables of a project are called; those of nil are compose's default.
func EnvName(project *sources.ComposeProject, env *sources.ComposeEnv) string {
	if env == nil {
		return path.Join(project.Dir(), ".env")
	}
	if env.Open != "" {
		return "a file of variables that cannot be told"
	}
	return env.Key()
}
