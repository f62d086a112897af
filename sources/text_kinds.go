package sources

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// handDirs hold what people run by hand, in whatever language.
var handDirs = []string{"scripts", "script", "tools", "hack", "bin", "ops", "tooling", "utils-cli"}

// handExtensions are those of what a person runs or sends.
var handExtensions = []string{".sh", ".bash", ".zsh", ".fish", ".ps1", ".bat", ".cmd", ".mk", ".http", ".rest", ".curl", ".sql"}

// IsRunByHand says whether the file is a script that people run, by its name or its directory, or a collection of requests that
// they send: nothing that is deployed presents the keys in it.
func (f *File) IsRunByHand() bool {
	base := strings.ToLower(path.Base(f.Path))
	if slices.Contains(handExtensions, path.Ext(base)) || isScript(f.Path) && path.Ext(base) != ".py" && path.Ext(base) != ".rb" || strings.HasSuffix(base, ".postman_collection.json") {
		return true
	}
	return slices.ContainsFunc(strings.Split(strings.ToLower(path.Dir(f.Path)), "/"), func(d string) bool { return slices.Contains(handDirs, d) })
}

// clientMark begins a module of React that the browser gets.
var clientMark = []byte("use client")

// Everybody says as what everybody gets the text of the file: "a page that every browser gets"; empty where that cannot be told.
func (f *File) Everybody() string {
	switch ext := strings.ToLower(path.Ext(f.Path)); ext {
	case ".html", ".htm":
		return "a page that every browser gets"
	case ".vue", ".svelte":
		return "a component that every browser gets"
	case ".swift", ".dart", ".storyboard", ".plist":
		return "an app that everybody can take apart"
	case ".kt", ".java", ".xml", ".gradle", ".kts":
		if strings.Contains("/"+f.Path, "/android/") || strings.Contains("/"+f.Path, "/app/src/") || strings.Contains("/"+f.Path, "/res/values") {
			return "an app that everybody can take apart"
		}
	case ".js", ".jsx", ".ts", ".tsx", ".mjs":
		if ServedBy(f.Path) != "" {
			return "a script that every browser gets"
		}
		if b, err := f.Disk(); err == nil && bytes.Contains(b[:min(len(b), beginning)], clientMark) {
			return "a component that every browser gets"
		}
	}
	return ""
}

// IsBuildOutput says whether a build made the file: what lies there is what is handed out, as long as nobody builds it anew.
func (f *File) IsBuildOutput() bool {
	name := strings.ToLower(f.Path)
	if strings.HasSuffix(name, ".min.js") || strings.HasSuffix(name, ".js.map") {
		return true
	}
	return slices.ContainsFunc(strings.Split(path.Dir(name), "/"), func(d string) bool { return slices.Contains(outputDirs, d) })
}

// outputDirs are the directories into which the common frameworks build.
var outputDirs = []string{"dist", ".next", ".nuxt", ".output", ".svelte-kit"}
