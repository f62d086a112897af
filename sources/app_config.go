package sources

import (
	"path"
	"slices"
	"strings"
)

// configure reads what the configuration of Vite, or of what is built on it, says of the files of variables: envDir, the directory in which
// they lie (of SvelteKit kit.env.dir, too), and envPrefix, how the names begin that are written into the app (kit.env.publicPrefix).
// Only what is written there in full is taken; of anything else it is said that it is not known.
func (a *App) configure(w *framework) {
	for _, f := range a.repo.configFiles(a.Dir, []string{"vite.config", "astro.config", "svelte.config", "app.config"}) {
		b, err := f.peek()
		if err != nil || len(b) > maxSettings {
			a.openDir, a.openPublic = f.Path+" is not read, which may say where the files of variables lie", true
			continue
		}
		text := string(b)
		a.configureBy(appConfig{file: f, starts: lineStarts(text)}, settingTokens(text, scriptToken), w)
	}
}

// configureBy takes what one file says.
func (a *App) configureBy(c appConfig, tokens []settingToken, w *framework) {
	a.takeDir(c, tokens, "envDir")
	a.takePublic(c, tokens, "envPrefix", w.public)
	for _, s := range c.settings(tokens, "env") {
		if w.name == "SvelteKit" {
			a.takeDir(c, s.value, "dir")
			a.takePublic(c, s.value, "publicPrefix", []string{"PUBLIC_"}) // VITE_ stays
		}
	}
}

// takeDir takes the directory that a setting names.
func (a *App) takeDir(c appConfig, tokens []settingToken, name string) {
	for _, s := range c.settings(tokens, name) {
		dir, ok := directoryOf(c.file.Dir(), s.value)
		if !ok || a.EnvDir != a.Dir && dir != a.EnvDir {
			a.EnvDir, a.openDir = a.Dir, s.at.String()+" names a directory with the files of variables in a way that keylint does not follow"
			return
		}
		a.EnvDir = dir
		a.dirAt = s.at
	}
}

// takePublic takes the prefixes that a setting names in place of others.
func (a *App) takePublic(c appConfig, tokens []settingToken, name string, instead []string) {
	for _, s := range c.settings(tokens, name) {
		prefixes, ok := textsOf(s.value)
		if !ok {
			a.openPublic = true
			return
		}
		a.public = append(slices.DeleteFunc(a.public, func(p string) bool { return slices.Contains(instead, p) }), prefixes...)
		a.publicAt = s.at
	}
}

// appConfig is a file in JavaScript or TypeScript that configures an app's build.
type appConfig struct {
	file   *File
	starts []int
}

// configSetting is what stands behind a name in it; nothing where that is not told from its tokens.
type configSetting struct {
	at    Position
	value []settingToken
}

// maxOfOneName bounds how often a name is looked at. Where there are more, it is as if the last stood there without a value.
const maxOfOneName = 16

// settings are those of a name: "name: value" in an object.
func (c appConfig) settings(tokens []settingToken, name string) []configSetting {
	var out []configSetting
	for i, t := range tokens {
		if t.text != name || t.kind != 'w' && t.kind != 's' || i > 0 && tokens[i-1].kind == '.' {
			continue
		}
		line, _ := place(c.starts, t.start)
		s := configSetting{at: Position{File: c.file.Path, Line: line}}
		if len(out) == maxOfOneName {
			return append(out, s)
		}
		if i+1 < len(tokens) && tokens[i+1].kind == ':' {
			s.value = tokens[i+2 : i+2+expressionLength(tokens[i+2:])]
		}
		out = append(out, s)
	}
	return out
}

// expressionLength counts the tokens up to the "," or bracket that ends an expression.
func expressionLength(tokens []settingToken) int {
	depth := 0
	for i, t := range tokens {
		switch t.kind {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		}
		if depth < 0 || depth == 0 && (t.kind == ',' || t.kind == ';') {
			return i
		}
	}
	return len(tokens)
}

// pathWords are those by which a configuration writes a path that begins at its own directory, or at that in which the build is run, which is the
// app's: path.resolve(__dirname, '../..'), fileURLToPath(new URL('..', import.meta.url)), join(process.cwd(), '..').
var pathWords = []string{"path", "resolve", "join", "__dirname", "process", "cwd", "import", "meta", "dirname", "url", "fileURLToPath", "new", "URL"}

// directoryOf is the directory of the repository that an expression in a file of a directory names.
func directoryOf(dir string, value []settingToken) (string, bool) {
	parts := []string{dir}
	for i, t := range value {
		switch {
		case t.kind == 's':
			if strings.Contains(t.text, "${") || path.IsAbs(t.text) {
				return "", false
			}
			parts = append(parts, t.text)
		case t.kind == 'w':
			if !slices.Contains(pathWords, t.text) || t.text == "dirname" && (i < 2 || value[i-2].text != "meta") {
				return "", false
			}
		case !strings.ContainsRune("(),.", rune(t.kind)):
			return "", false
		}
	}
	out := path.Join(parts...)
	return out, len(value) > 0 && out != ".." && !strings.HasPrefix(out, "../")
}

// textsOf are the texts of an expression that is one, or a list of them.
func textsOf(value []settingToken) ([]string, bool) {
	var out []string
	for _, t := range value {
		switch {
		case t.kind == 's' && !strings.Contains(t.text, "${"):
			out = append(out, t.text)
		case t.kind != '[' && t.kind != ']' && t.kind != ',':
			return nil, false
		}
	}
	return out, len(out) > 0
}
