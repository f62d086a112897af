package sources

import (
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
	if by.name == "Gatsby" { // takes all that stands in its file, and what begins so besides
		return "GATSBY_", true
	}
	return a.public[0], true
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
