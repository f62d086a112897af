package sources

import (
	"path"
	"strings"

	"github.com/docker/cli/cli/compose/template"
)

// stackDeploy stands in every text that deploys a stack to Swarm.
const stackDeploy = "stack deploy"

// stackCall reads a command, if it deploys compose files to Swarm ("docker stack deploy -c FILE NAME").
func stackCall(s *shell, st *shellState, words []shellWord) []ComposeCall {
	if base := path.Base(words[0].text); base != "docker" || len(words) < 3 || words[1].text != "stack" || words[2].text != "deploy" && words[2].text != "up" {
		return nil
	}
	call := ComposeCall{At: Position{File: s.file, Line: words[0].at.Line}, Dir: st.dir}
	call.Env.At, call.Env.Swarm = call.At, true
	for i := 3; i < len(words); i++ {
		flag, text, has := strings.Cut(words[i].text, "=")
		if flag != "-c" && flag != "--compose-file" {
			continue
		}
		value := shellWord{text: text, at: words[i].at}
		if !has && i+1 < len(words) {
			i++
			value = words[i]
		}
		for one := range strings.SplitSeq(value.text, ",") { // the flag's value is a list
			name, known := st.path(shellWord{text: one, at: value.at})
			if !known || s.repo.File(name) == nil { // "-" is what another program prints
				*s.missing++
				return nil
			}
			call.Files = append(call.Files, name)
		}
	}
	if len(call.Files) == 0 {
		return nil
	}
	call.exported(s, st)
	return []ComposeCall{call}
}

// SwarmInterpolate is what "docker stack deploy" makes of a value: it knows no variable within a default,
// and no ${NAME:+text}.
func SwarmInterpolate(raw string, lookup func(string) (string, bool)) (text string, names []string, ok bool) {
	text, err := template.Substitute(raw, func(name string) (string, bool) {
		names = append(names, name)
		return lookup(name)
	})
	return text, names, err == nil
}
