package substitute

import (
	"regexp"
	"strings"
)

// awkProgram is what keylint recognises of an awk program. awk is a language of its own;
// two shapes of it are used to fill in templates, and any other is not followed.
type awkProgram struct {
	loop  string          // for the loop over references: "$NAME" or "${NAME}"
	keeps bool            // the loop leaves a reference to an unset variable as it is
	subs  []awkSubstitute // for a list of gsub(/pattern/, ENVIRON["NAME"])
}

type awkSubstitute struct {
	pattern *regexp.Regexp
	name    string
	global  bool
}

var (
	awkComment = regexp.MustCompile(`(?m)#[^"/\n]*$`)

	// The loop of upstream's kong-entrypoint.sh since March 2026: match() finds a
	// reference in the rest of the line, ENVIRON gives its value, and what was put in is
	// not looked at again.
	awkMatch  = regexp.MustCompile(`while\s*\(\s*match\s*\(\s*(\w+)\s*,\s*/([^/]+)/\s*\)\s*\)`)
	awkName   = regexp.MustCompile(`substr\s*\(\s*\w+\s*,\s*RSTART\s*\+\s*(\d)\s*,\s*RLENGTH\s*-\s*(\d)\s*\)`)
	awkRest   = regexp.MustCompile(`(\w+)\s*=\s*substr\s*\(\s*\w+\s*,\s*RSTART\s*\+\s*RLENGTH\s*\)`)
	awkKeeps  = regexp.MustCompile(`\bin\s+ENVIRON\b`)
	awkOther  = regexp.MustCompile(`\b(gsub|sub|gensub|getline|system|split|sprintf|printf|toupper|tolower|index)\b`)
	awkGsub   = regexp.MustCompile(`\b(g?sub)\s*\(\s*(?:/((?:[^/\\]|\\.)+)/|"((?:[^"\\]|\\.)+)")\s*,\s*ENVIRON\s*\[\s*"(\w+)"\s*\]\s*(?:,\s*\$0\s*)?\)`)
	awkPrints = regexp.MustCompile(`^\s*[{};\s]*(?:(?:\}\s*)?(?:1|print(?:\s+\$0)?)[\s;}]*)*$`)
)

// bareName and bracedName are how the loop's pattern is written, in any order of the
// classes' parts.
var (
	bareName   = regexp.MustCompile(`^(?:\\\$|\[\$\])\[[A-Za-z_-]+\]\[[A-Za-z0-9_-]+\]\*$`)
	bracedName = regexp.MustCompile(`^(?:\\\$|\[\$\])(?:\\\{|\{|\[\{\])(?:\[[A-Za-z_-]+\]\[[A-Za-z0-9_-]+\]\*|\[\^\}\][*+])(?:\\\}|\}|\[\}\])$`)
)

// parseAwk recognises a program; ok is false where it is of another shape.
func parseAwk(text string) (p awkProgram, ok bool) {
	text = awkComment.ReplaceAllString(text, "")
	if loop := awkMatch.FindStringSubmatch(text); loop != nil {
		name, rest := awkName.FindAllStringSubmatch(text, -1), awkRest.FindStringSubmatch(text)
		if rest == nil || rest[1] != loop[1] || awkOther.MatchString(text) || !strings.Contains(text, "ENVIRON[") || len(name) == 0 {
			return p, false
		}
		from, less := name[0][1], name[0][2]
		p.keeps = awkKeeps.MatchString(text)
		switch {
		case bareName.MatchString(loop[2]) && from == "1" && less == "1":
			p.loop = "$NAME"
		case bracedName.MatchString(loop[2]) && from == "2" && less == "3":
			p.loop = "${NAME}"
		default:
			return p, false
		}
		return p, true
	}
	subs := awkGsub.FindAllStringSubmatch(text, -1)
	if len(subs) == 0 || !awkPrints.MatchString(awkGsub.ReplaceAllString(text, "")) {
		return p, false
	}
	for _, s := range subs {
		pattern := s[2]
		if pattern == "" { // a string: its own backslashes go first
			pattern = strings.ReplaceAll(s[3], `\\`, `\`)
		}
		expr, err := translate(pattern, true)
		if err != nil {
			return p, false
		}
		p.subs = append(p.subs, awkSubstitute{expr, s[4], s[1] == "gsub"})
	}
	return p, true
}

var (
	awkBare   = regexp.MustCompile(`\$[A-Za-z_][A-Za-z0-9_]*`)
	awkBraced = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*\}`)
)

// awk follows awk PROGRAM [FILE …] and awk -f FILE [FILE …].
func (m *machine) awk(args []string, in stream) (stream, status) {
	text, found := "", false
	var names []string
	for i := 0; i < len(args); i++ {
		a := withoutLineMarks(args[i])
		switch {
		case a == "-f" && i+1 < len(args):
			i++
			s := m.read(args[i])
			if s.unknown != "" {
				return s, success
			}
			text, found = withoutLineMarks(s.text), true
		case strings.HasPrefix(a, "-") && len(a) > 1:
			return m.unmodelled("awk with options", args)
		case !found:
			text, found = a, true
		default:
			names = append(names, a)
		}
	}
	program, ok := parseAwk(text)
	if !ok {
		m.ran("awk")
		m.pod.unmodelled = append(m.pod.unmodelled, Step{"an awk program that keylint does not know", m.program.Name})
		return stream{unknown: "the awk program in " + m.program.Name + " is none that keylint knows"}, success
	}
	in = m.inputs(names, in)
	m.ran("awk") // behind what made its input
	if in.unknown != "" {
		return in, success
	}
	var b strings.Builder
	for _, line := range splitRecords(in.text) {
		mark, rest := splitMark(line)
		for _, s := range program.subs {
			if m.pod.marks.touches(s.pattern, rest) {
				return stream{unknown: "awk changes a value, and what comes of it is not followed"}, success
			}
		}
		b.WriteString(mark + program.line(m, rest) + "\n")
	}
	return stream{text: b.String()}, success
}

// splitRecords cuts a text into its lines without their ends; a last line without one
// counts.
func splitRecords(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func (p awkProgram) line(m *machine, line string) string {
	switch p.loop {
	case "$NAME":
		return awkBare.ReplaceAllStringFunc(line, func(ref string) string { return p.value(m, ref, ref[1:]) })
	case "${NAME}":
		return awkBraced.ReplaceAllStringFunc(line, func(ref string) string { return p.value(m, ref, ref[2:len(ref)-1]) })
	}
	for _, s := range p.subs {
		value := m.exported(s.name)
		done := false
		line = s.pattern.ReplaceAllStringFunc(line, func(match string) string {
			if done && !s.global {
				return match
			}
			done = true
			return awkReplacement(value, match)
		})
	}
	return line
}

func (p awkProgram) value(m *machine, ref, name string) string {
	if v, ok := m.lookup(name); ok && v.exported {
		return withoutLineMarks(v.text)
	}
	if p.keeps {
		return ref
	}
	return ""
}

// awkReplacement puts the match in place of "&", as sub and gsub do; "\\&" is a "&".
func awkReplacement(value, match string) string {
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		switch {
		case value[i] == '\\' && i+1 < len(value) && value[i+1] == '&':
			b.WriteByte('&')
			i++
		case value[i] == '&':
			b.WriteString(match)
		default:
			b.WriteByte(value[i])
		}
	}
	return b.String()
}
