package sources

import (
	"cmp"
	"path"
	"slices"
)

// Prefix begins the names of the variables that the app's build takes into what it makes; empty for what has no build. ok is false where that is not
// known: of what may be built by several, and of what takes none.
func (a *App) Prefix() (prefix string, ok bool) {
	switch {
	case len(a.frameworks) == 0:
		return "", true
	case len(a.frameworks) > 1:
		return "", false
	}
	by := a.frameworks[0]
	if by.files == nil {
		return "", false
	}
	return cmp.Or(by.usual, a.public[0]), true
}

// EnvFile is the file of variables that the app's build reads, or for what has none, the one that is read where it runs.
func (a *App) EnvFile() string {
	for _, by := range a.frameworks {
		if by.files != nil {
			return path.Join(a.EnvDir, ".env."+a.Mode)
		}
	}
	return path.Join(a.Dir, ".env")
}

// Reads says whether the app's build reads a file of variables; of what has none, whatever lies in its directory may be read, but for copies
// from before a change.
func (a *App) Reads(name string) bool {
	if len(a.frameworks) == 0 {
		return path.Dir(name) == a.Dir && !leftOver.MatchString(name)
	}
	return path.Dir(name) == a.EnvDir && slices.ContainsFunc(a.frameworks, func(by *framework) bool {
		return by.files != nil && slices.Contains(by.files(a.Mode), path.Base(name))
	})
}

// namesFile says whether the app's code, its package.json or a script has the name of a file of variables.
func (a *App) namesFile(name string) bool {
	named := func(b []byte) bool { return wordIn(b, name) >= 0 }
	if f := a.repo.File(path.Join(a.Dir, "package.json")); f != nil {
		if b, err := f.peek(); err == nil && named(b) {
			return true
		}
	}
	return a.code(named) || a.repo.ScriptNaming(name).File != ""
}

// Before says whether the app's build reads one file of variables before another: what both set it takes from the first.
func (a *App) Before(file, other string) bool {
	return path.Dir(file) == a.EnvDir && path.Dir(other) == a.EnvDir && slices.ContainsFunc(a.frameworks, func(by *framework) bool {
		if by.files == nil {
			return false
		}
		order := by.files(a.Mode)
		first := slices.Index(order, path.Base(file))
		return first >= 0 && first < slices.Index(order, path.Base(other))
	})
}

// SecretFile is a file of variables that the app reads and git does not keep; empty where there is none. Of what has no build those are known that
// dotenv reads by itself or its own text names.
func (a *App) SecretFile() string {
	names := []string{".env"}
	for _, name := range []string{".env.local", ".env.production.local", ".env.production"} {
		if len(a.frameworks) == 0 && a.namesFile(name) {
			names = append(names, name)
		}
	}
	for _, by := range a.frameworks {
		if by.files != nil {
			weakest := slices.Clone(by.files(a.Mode))
			slices.Reverse(weakest)
			names = append([]string{".env." + a.Mode}, weakest...)
		}
	}
	for _, name := range names {
		if file := path.Join(a.EnvDir, name); a.Reads(file) && !a.repo.Keeps(file) {
			return file
		}
	}
	return ""
}

// MayTake says whether a file of variables may give the app any: its build reads it, a command that builds or starts it is given it, or a script
// names it.
func (a *App) MayTake(name string) bool {
	return a.Reads(name) || a.isGiven(name) || !leftOver.MatchString(name) && a.repo.ScriptNaming(path.Base(name)).File != ""
}

// isGiven says whether a command that builds or starts the app is given variables of a file.
func (a *App) isGiven(name string) bool {
	return slices.ContainsFunc(a.repo.BuildCalls(), func(c BuildCall) bool {
		return c.Dir == a.Dir && slices.ContainsFunc(c.Shell, func(v ShellVariable) bool { return v.At.File == name })
	})
}
