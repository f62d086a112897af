package sources

import (
	"path"
	"strings"
)

// leavesFile are commands that write none of the files they name as arguments, but where they are told so: shells' own, those that print, those that
// load a file of variables for a program.
var leavesFile = setOf(`. source cat echo printf grep egrep fgrep test [ ls stat file wc head tail diff cmp md5sum sha256sum sort uniq cut tr awk xargs export set read
	chmod chown chgrp git docker podman docker-compose kubectl helm compose dotenv dotenvx env-cmd node tsx bun deno set-env yq jq envsubst sops age gpg base64
	openssl aws gh zip tar npm pnpm yarn npx next vite turbo nx supabase shellcheck basename dirname realpath readlink true : trap`)

// fileWriters are commands of those that write the file behind one of these words.
var fileWriters = map[string][]string{
	"sops": {"--output", "-i", "--in-place"}, "age": {"-o", "--output"}, "gpg": {"-o", "--output"}, "openssl": {"-out"}, "base64": {"-o", "--output"},
	"yq": {"-i", "--inplace"}, "awk": {"-i"}, "dotenvx": {"decrypt", "set"}, "aws": {"cp", "sync"}, "tar": {"-C"}, "git": {"checkout", "restore", "show"},
	"docker": {"cp"}, "podman": {"cp"}, "kubectl": {"cp"}, "sort": {"-o"}, "gh": {"download"},
}

// mayWrite takes up a file of variables that a command names and may write: whatever app reads it is built with what stands in it then.
func (c *ciScript) mayWrite(st *shellState, words []shellWord) {
	base := path.Base(words[0].text)
	if base == "vercel" && anyWord(words, "pull") && !namesDotenv(words[1:]) { // .env.local, or what "vercel build" reads in its place
		c.write(st, shellWord{text: ".env.local", at: words[0].at}, unknown(""), words[0].at.Line)
		return
	}
	if leavesFile[base] && !writesFile(base, words[1:]) {
		return
	}
	for _, w := range words[1:] {
		text := w.text
		if flag, value, ok := strings.Cut(text, "="); ok && strings.HasPrefix(flag, "-") {
			text = value
		}
		if isDotenvName(strings.ToLower(path.Base(text))) {
			c.write(st, shellWord{text: text, at: w.at, of: w.of}, unknown(""), w.at.Line)
		}
	}
}

func writesFile(base string, words []shellWord) bool {
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
