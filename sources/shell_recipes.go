package sources

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	makeInclude  = regexp.MustCompile(`^[-s]?include[ \t]+(.+?)[ \t]*$`)
	makeVariable = regexp.MustCompile(`\$\(([A-Za-z_][A-Za-z0-9_]*)\)`)
	makeAssigned = regexp.MustCompile(`^(?:(export|override)[ \t]+)*([A-Za-z_]\w*)[ \t]*([:?+!]{0,3}=)[ \t]*(.*)$`)
	makeOfTarget = regexp.MustCompile(`^[^\s#:=][^:=]*::?[ \t]*((?:(?:export|override|private)[ \t]+)*)([A-Za-z_]\w*)[ \t]*[:?+!]{0,3}=`)
	makeSets     = regexp.MustCompile(`(?m)^(?:[^\s#:=][^:=\n]*::?)?[ \t]*(?:(?:export|override|private)[ \t]+)*([A-Za-z_]\w*)[ \t]*[:?+!]{0,3}=`)
	makeExports  = regexp.MustCompile(`^export[ \t]*$|^\.EXPORT_ALL_VARIABLES:|^set[ \t]+export\b`)
	makeExported = regexp.MustCompile(`^(un)?export[ \t]+([A-Za-z_][\w \t]*)$`)
	makeBranch   = regexp.MustCompile(`^[ ]*(?:ifeq|ifneq|ifdef|ifndef)\b`)
	justReadsEnv = regexp.MustCompile(`(?m)^set[ \t]+dotenv-(?:filename|path)\b[^'"]*['"]([^'"]+)`)
	makeNames    = regexp.MustCompile(`^export[ \t]+\$\(shell (?:sed (?:-e )?['"]?s/=\.\*//g?['"]?|cut (?:-d *['"]?=['"]? -f *1|-f *1 -d *['"]?=['"]?)) ([^\s|)]+)\)`)
	makeOfShell  = regexp.MustCompile(`^export[ \t]+\$\(shell`)
	recipeHead   = regexp.MustCompile(`^@?([A-Za-z_.%$][^\s:=]*)([^:]*):(?:[^=]|$)`)
	justLoadsEnv = regexp.MustCompile(`^set[ \t]+dotenv-load\b`)
	recipePrefix = " \t@-+"
)

// recipePieces are the lines of a Makefile's or justfile's recipes, each of which a shell of its
// own runs, with the variables that the file sets. A Makefile's begin with a tab.
func recipePieces(text, word string, isMake bool) []piece {
	var out []piece
	var before []setting
	kind, shellText := "recipe", justText
	if isMake {
		kind, shellText = "target", makeText
	}
	own := map[int][]setting{} // what holds before one of the pieces alone
	var parameters []setting   // of the recipe
	all, branches, last, of := false, 0, -1, ""
	times := map[string]int{}
	for _, m := range makeSets.FindAllStringSubmatch(text, -1) {
		times[m[1]]++
	}
	oneShell := strings.Contains(text, ".ONESHELL")
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		start, line := i, lines[i]
		for strings.HasSuffix(line, `\`) && i+1 < len(lines) {
			i++
			line = strings.TrimSuffix(line, `\`) + " " + lines[i]
		}
		if strings.HasPrefix(line, "\t") || !isMake && strings.HasPrefix(line, "  ") {
			recipe, names := shellText(strings.TrimLeft(line, recipePrefix))
			if n := len(out) - 1; last == start && (oneShell || strings.HasPrefix(out[n].text, "#!")) {
				out[n].text += "\n" + recipe
			} else {
				out = append(out, piece{text: recipe, line: start, of: of})
			}
			own[len(out)-1] = append(own[len(out)-1], append(parameters[:len(parameters):len(parameters)], ofShell(names))...)
			last = i + 1
			continue
		}
		at := start + 1
		line = strings.TrimLeft(makeVariable.ReplaceAllString(line, "$${$1}"), " ")
		if head := recipeHead.FindStringSubmatch(line); head != nil && !makeBranch.MatchString(line) {
			of, parameters = kind+" "+Shown(head[1]), nil
			if !isMake {
				parameters = append(parameters, givenToRecipe(head[2]))
			}
		}
		assigned := makeAssigned.FindStringSubmatch(line)
		if makeBranch.MatchString(line) {
			branches++
		} else if strings.HasPrefix(strings.TrimSpace(line), "endif") {
			branches--
		}
		switch {
		case makeExported.MatchString(line):
			m := makeExported.FindStringSubmatch(line)
			before = append(before, func(s *shell, st *shellState) {
				for name := range strings.FieldsSeq(m[2]) {
					v := shellVariable{}
					if old := st.vars[name]; old != nil {
						v = *old
					}
					v.exported = m[1] == ""
					st.vars[name] = &v
				}
			})
		case makeOfTarget.MatchString(line):
			m := makeOfTarget.FindStringSubmatch(line)
			before = append(before, func(s *shell, st *shellState) { st.forget(m[2], strings.Contains(m[1], "export") || all) })
		case justReadsEnv.MatchString(line):
			named := justReadsEnv.FindStringSubmatch(line)[1]
			before = append(before, func(s *shell, st *shellState) { s.included(st, named, at, true) })
		case makeExports.MatchString(line):
			all = true
		case makeNames.MatchString(line):
			named := makeNames.FindStringSubmatch(line)[1]
			before = append(before, func(s *shell, st *shellState) { s.exportNames(st, named, at) })
		case makeOfShell.MatchString(line):
			before = append(before, func(s *shell, st *shellState) {
				s.unfollow(st, &unfollowed{At: Position{File: s.file, Line: at}, Why: "exports variables in a way that keylint cannot follow"}, true)
			})
		case justLoadsEnv.MatchString(line) && !justReadsEnv.MatchString(text):
			before = append(before, func(s *shell, st *shellState) { s.included(st, ".env", at, true) })
		case makeInclude.MatchString(line):
			named := makeInclude.FindStringSubmatch(line)[1]
			before = append(before, func(s *shell, st *shellState) {
				for name := range strings.FieldsSeq(named) {
					s.included(st, name, at, all)
				}
			})
		case assigned != nil:
			name, value := assigned[2], strings.TrimSpace(assigned[4])
			exported := assigned[1] == "export"
			// make keeps quotes, and what stands before a comment; of branches any may count.
			open := branches > 0 || strings.ContainsAny(assigned[3], "+!") || strings.Trim(value, `"'`) != value || strings.Contains(value, "#")
			branches, stale := branches > 0, false
			switch {
			case !isMake:
				value, open = justValue(value)
			case assigned[3] != ":=": // what it refers to is what that is in the end
				stale = slices.ContainsFunc(makeReference.FindAllStringSubmatch(value, -1), func(m []string) bool { return times[m[2]+m[3]] > 1 })
			}
			keeps := strings.Contains(assigned[3], "?")
			before = append(before, func(s *shell, st *shellState) {
				old := st.vars[name]
				switch exports := exported || all || old != nil && old.exported; {
				case keeps && old != nil && !old.unknown():
				case stale || open && (s.matters(name) || branches && old != nil):
					st.forget(name, exports)
				default:
					s.makeVariable(st, name, strings.Trim(value, `"'`), at, exports)
				}
			})
		}
	}
	for i := range out {
		out[i].before = append(before[:len(before):len(before)], own[i]...)
	}
	out = slices.DeleteFunc(out, func(p piece) bool { return !strings.Contains(p.text, word) && !strings.Contains(p.text, "$") })
	return out
}

func isMakefile(name string) bool {
	base := strings.ToLower(path.Base(name))
	return base == "makefile" || path.Ext(base) == ".mk"
}

// included takes up a dotenv file that a Makefile includes. What it includes else holds recipes.
func (s *shell) included(st *shellState, name string, line int, exported bool) {
	if f, ok := s.dotenv(st, shellWord{text: name}); ok && (f.File != nil || exported) {
		s.take(st, f, Position{File: s.file, Line: line}, reading{words: true, comments: true}, exported)
	}
}

// exportNames exports what a dotenv file sets, and the Makefile has from it.
func (s *shell) exportNames(st *shellState, name string, line int) {
	f, ok := s.dotenv(st, shellWord{text: name})
	if !ok || f.File == nil {
		s.unfollow(st, &unfollowed{At: Position{File: s.file, Line: line}, Why: "exports what " + name + " sets, which is not in the repository", From: f.name}, true)
		return
	}
	for _, v := range f.Dotenv() {
		st.change(v.Name, func(v *shellVariable) { v.exported = true })
	}
}

// makeVariable sets a variable as make does, which puts the text as it stands in a recipe.
func (s *shell) makeVariable(st *shellState, name, value string, line int, exported bool) {
	file, err := parseBash(s.file, []byte("X=\""+strings.ReplaceAll(value, `"`, `\"`)+"\""))
	if err != nil || len(file.Stmts) != 1 {
		st.vars[name] = &shellVariable{exported: exported}
		return
	}
	scratch := st.clone()
	inner := *s
	inner.shift = line - 1
	inner.statements(scratch, file.Stmts)
	v := &shellVariable{exported: exported}
	if x := scratch.vars["X"]; x != nil {
		v.words, v.text, v.given = x.words, x.text, x.given
		if s.matters(name) && v.text != nil {
			v = s.literal(name, *v.text, exported)
		}
	}
	st.vars[name] = v
}
