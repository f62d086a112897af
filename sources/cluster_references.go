package sources

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

// references puts in place what "$(…)" stands for: a parameter, where Tekton has a workspace, a variable of the container.
type references struct {
	in     *clusterBuilds
	params map[string]ciText
	st     *shellState // of the container; nil where there is none yet
	found  []ciText
}

var (
	reference       = regexp.MustCompile(`\$?\$\(([^()]*)\)`)
	ofParameter     = regexp.MustCompile(`^(?:inputs\.)?params(?:\.([\w.-]+)|\[["']([^"']+)["']\])$`)
	ofWorkspace     = regexp.MustCompile(`^workspaces\.[\w-]+\.path$`)
	ofContainer     = regexp.MustCompile(`^[A-Za-z_]\w*$`)
	referencePrefix = "_reference_"
)

// text is a text in which what is not plain stands as unknown. A workspace is taken for the checked out repository, as a job's directory is.
func (r *references) text(text string) string {
	size := 0
	return reference.ReplaceAllStringFunc(text, func(ref string) string {
		name := reference.FindStringSubmatch(ref)[1]
		param := ofParameter.FindStringSubmatch(name)
		switch {
		case strings.HasPrefix(ref, "$$"): // which stays "$(…)"
			return notKnown
		case param != nil:
			t, declared := r.params[param[1]+param[2]]
			if !declared {
				t = ciUnknown("the run gives it, as its parameter " + Shown(param[1]+param[2]))
			}
			if plain := t.known && plainValue.MatchString(t.text) && !keys.HasForm(keys.NewText(t.text)); plain && size+len(t.text) <= maxShellText {
				size += len(t.text)
				return t.text
			}
			r.found = append(r.found, t)
			return unknown(fmt.Sprint(referencePrefix, len(r.found)-1))
		case ofWorkspace.MatchString(name):
			return inRepository + r.in.repo.rootOf(r.in.doc.File.Path)
		case ofContainer.MatchString(name) && r.st != nil:
			if v := r.st.vars[name]; v != nil && v.text != nil && v.text.known() {
				return v.text.text
			}
			return unknown(name)
		}
		return notKnown
	})
}

// known is what stands for a name that text has left unknown.
func (r *references) known(name string) ciText {
	var i int
	if n, err := fmt.Sscanf(name, referencePrefix+"%d", &i); n == 1 && err == nil && i < len(r.found) {
		return r.found[i]
	}
	return ciUnknown("the container has it from elsewhere, or the commands decide what it is")
}
