package sources

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// DockerObject is a config or a secret of Swarm's that a script makes beside the stacks that take it
// ("docker config create NAME FILE").
type DockerObject struct {
	Kind string // "config" or "secret"
	Name string
	File string // of the repository; empty where it is made of something else
	At   Position
}

// dockerCreates are the words that stand in every text that makes one.
var dockerCreates = map[string]string{"config": "config create", "secret": "secret create"}

// DockerObjects finds them in scripts, Makefiles, workflows and the scripts of a package.json, in order of place.
func (r *Repository) DockerObjects() []DockerObject {
	var out []DockerObject
	for _, f := range r.callers() {
		b, err := f.peek()
		if err != nil {
			continue
		}
		for _, kind := range []string{"config", "secret"} {
			if !bytes.Contains(b, []byte(dockerCreates[kind])) {
				continue
			}
			for _, p := range r.pieces(f, b, dockerCreates[kind]) {
				starts := follow(r, f, p, func(s *shell, st *shellState, words []shellWord) []DockerObject {
					return dockerCreate(s, st, words, kind)
				})
				if len(starts) > 0 {
					out = append(out, starts[len(starts)-1].found...)
				}
			}
		}
	}
	return out
}

// dockerCreate reads a command, if it makes an object of the kind. A file that is not here, and "-", what another program
// prints, are files of which nothing is known.
func dockerCreate(s *shell, st *shellState, words []shellWord, kind string) []DockerObject {
	if path.Base(words[0].text) != "docker" || len(words) < 5 || words[1].text != kind || words[2].text != "create" {
		return nil
	}
	var rest []shellWord
	for i := 3; i < len(words); i++ {
		switch flag, _, has := strings.Cut(words[i].text, "="); {
		case slices.Contains([]string{"-l", "--label", "-d", "--driver", "--template-driver"}, flag):
			if !has {
				i++
			}
		default:
			rest = append(rest, words[i])
		}
	}
	if len(rest) != 2 || !rest[0].known() {
		return nil
	}
	made := DockerObject{Kind: kind, Name: rest[0].text, At: Position{File: s.file, Line: words[0].at.Line}}
	if name, known := st.path(rest[1]); known && s.repo.File(name) != nil {
		made.File = name
	} else if rest[1].text != "-" {
		*s.missing++
	}
	return []DockerObject{made}
}
