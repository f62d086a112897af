package sources

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// leavesFile are commands that write none of the files they name as arguments, but where they are told so: shells' own, those that print, those that
// load a file of variables for a program.
var leavesFile = setOf(`. source cat less more echo printf grep egrep fgrep test [ ls stat file wc head tail diff cmp md5sum sha256sum sort uniq cut tr sed awk xargs
	export set read touch chmod chown chgrp git docker podman docker-compose kubectl helm compose dotenv dotenvx env-cmd set-env yq jq envsubst sops age gpg base64
	openssl aws gh zip tar npm pnpm yarn npx next vite turbo nx supabase shellcheck basename dirname realpath readlink true : trap`)

// fileWriters are commands of those that write the file behind one of these words.
var fileWriters = map[string][]string{
	"sops": {"--output", "-i", "--in-place"}, "age": {"-o", "--output"}, "gpg": {"-o", "--output"}, "openssl": {"-out"}, "base64": {"-o", "--output"},
	"yq": {"-i", "--inplace"}, "awk": {"-i"}, "dotenvx": {"decrypt", "set"}, "dotenv": {"set"}, "aws": {"cp", "sync"}, "git": {"checkout", "restore", "show"},
	"docker": {"cp"}, "podman": {"cp"}, "kubectl": {"cp"}, "sort": {"-o"}, "gh": {"download"},
}

// writesUnnamed are commands that write a file of variables which they need not name, the word by which they do, and the file.
var writesUnnamed = map[string]struct{ by, file string }{
	"vercel": {"pull", ".env.local"}, // or what "vercel build" reads in its place
	"dotenv": {"set", ".env"},        // python-dotenv's, not dotenv-cli's
}

// mayWrite takes up a file of variables that a command names and may write: whatever app reads it is built with what stands in it then.
func (c *ciScript) mayWrite(st *shellState, words []shellWord) {
	base := path.Base(words[0].text)
	if w, ok := writesUnnamed[base]; ok && anyWord(words, w.by) && !namesDotenv(words[1:]) {
		c.write(st, shellWord{text: w.file, at: words[0].at}, unknown(""), words[0].at.Line)
		return
	}
	if leavesFile[base] && !writesFile(base, words[1:]) {
		return
	}
	named := words[1:]
	if copiers[base] {
		named = copies(named)
	}
	for i, w := range named {
		text := w.text
		flag, value, ok := strings.Cut(text, "=")
		if ok && strings.HasPrefix(flag, "-") {
			text = value
		} else if i > 0 {
			flag = named[i-1].text
		}
		if isDotenvName(strings.ToLower(path.Base(text))) && !strings.HasPrefix(flag, "--env-file") { // whose variables a program gets
			c.write(st, shellWord{text: text, at: w.at, of: w.of}, unknown(""), w.at.Line)
		}
	}
}

// copiers write what they are given last, or files of the others' names in it.
var copiers = setOf(`cp scp rsync`)

// copies are the files that one of them may write: which it is shows when it runs.
func copies(words []shellWord) []shellWord {
	given := slices.DeleteFunc(slices.Clone(words), func(w shellWord) bool { return strings.HasPrefix(w.text, "-") })
	if len(given) < 2 {
		return given
	}
	to := given[len(given)-1]
	out := []shellWord{to}
	for _, from := range given[:len(given)-1] {
		out = append(out, shellWord{text: path.Join(to.text, path.Base(from.text)), at: from.at, of: to.of})
	}
	return out
}

// inPlace matches the flag by which sed writes what it reads.
var inPlace = regexp.MustCompile(`^-(?:[a-zA-Z]*i|-in-place)`)

// extracts matches the words by which tar unpacks, the first of which may lack its dash.
var extracts = regexp.MustCompile(`^(?:-[a-zA-Z]*x|--(?:extract|get)$|-[a-zA-Z]*C|--directory)`)

func writesFile(base string, words []shellWord) bool {
	switch base {
	case "sed":
		return slices.ContainsFunc(words, func(w shellWord) bool { return inPlace.MatchString(w.text) })
	case "tar":
		return len(words) > 0 && extracts.MatchString("-"+strings.TrimPrefix(words[0].text, "-")) ||
			slices.ContainsFunc(words, func(w shellWord) bool { return extracts.MatchString(w.text) })
	}
	for _, by := range fileWriters[base] {
		if anyWord(words, by) {
			return true
		}
	}
	return false
}

// anyWord says whether one of the words is this one, or this one with a value behind "=".
func anyWord(words []shellWord, word string) bool {
	for _, w := range words {
		if w.text == word || strings.HasPrefix(w.text, word+"=") {
			return true
		}
	}
	return false
}

func namesDotenv(words []shellWord) bool {
	for _, w := range words {
		if isDotenvName(strings.ToLower(path.Base(w.text))) {
			return true
		}
	}
	return false
}
