package substitute

import (
	"encoding/base64"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/expand"
)

// escapes matches what echo and printf's %b read as an escape.
var escapes = regexp.MustCompile(`\\[abcefnrtv0-7\\]`)

// echo prints its arguments. bash reads escapes with -e only, dash always; which shell
// "sh" is depends on the image.
func (m *machine) echo(args []string, _ stream) (stream, status) {
	newline, interpret := "\n", false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && strings.Trim(args[0][1:], "neE") == "" {
		for _, r := range args[0][1:] {
			switch r {
			case 'n':
				newline = ""
			case 'e':
				interpret = true
			case 'E':
				interpret = false
			}
		}
		args = args[1:]
	}
	text := strings.Join(args, " ")
	if escapes.MatchString(text) && (interpret || m.shell != "bash") {
		return stream{unknown: "echo in " + m.program.Name + " may read the backslashes in it as escapes"}, success
	}
	return stream{text: text + newline}, success
}

// wideFormat matches a format that pads without bound.
var wideFormat = regexp.MustCompile(`%[^%a-zA-Z]*([0-9]{4,}|\*)`)

func (m *machine) printf(args []string, _ stream) (stream, status) {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) > 2 && args[0] == "-v" {
		out, st := m.printf(args[2:], stream{})
		m.setTo(args[1], out)
		return stream{}, st
	}
	if len(args) == 0 {
		return stream{}, failure
	}
	format, rest := withoutLineMarks(args[0]), args[1:]
	if wideFormat.MatchString(format) {
		return stream{unknown: "what printf makes of its format is not followed"}, success
	}
	var b strings.Builder
	for {
		text, used, err := expand.Format(m.config(), format, rest)
		if err != nil {
			return stream{unknown: "what printf makes of its format is not followed"}, success
		}
		b.WriteString(text)
		if rest = rest[min(used, len(rest)):]; len(rest) == 0 || used == 0 {
			return stream{text: b.String()}, success
		}
		if b.Len() > maxText {
			return stream{unknown: "a script prints too much to follow"}, success
		}
	}
}

// base64 decodes. What it encodes is not followed.
func (m *machine) base64(args []string, in stream) (stream, status) {
	decode := false
	for _, a := range args {
		decode = decode || a == "--decode" || len(a) > 1 && a[0] == '-' && a[1] != '-' && strings.ContainsAny(a, "dD")
	}
	in = m.inputs(operands(args, "w"), in)
	switch {
	case in.unknown != "":
		return in, success
	case !decode:
		return stream{unknown: "what base64 makes of it is not followed"}, success
	}
	mark, _ := splitMark(in.text)
	v, uses := m.pod.marks.resolve(in.text)
	if !v.IsKnown() {
		return stream{unknown: v.Reason()}, success
	}
	plain, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(v.Text().Reveal()), ""))
	if err != nil || strings.ContainsAny(string(plain), markRunes) {
		return stream{unknown: "base64 -d in " + m.program.Name + " is given what is not base64"}, failure
	}
	m.ran("base64 -d")
	if m.pod.marks.holdsSecret(in.text) {
		use := Use{}
		if len(uses) > 0 {
			use = uses[0]
		}
		return stream{text: mark + m.pod.marks.secret(use, string(plain))}, success
	}
	var b strings.Builder
	for _, line := range strings.SplitAfter(string(plain), "\n") {
		if line != "" {
			b.WriteString(mark + line)
		}
	}
	return stream{text: b.String()}, success
}

// grep keeps the lines that match, or with -v the others.
func (m *machine) grep(args []string, in stream) (stream, status) {
	inverted, extended, quiet := false, false, false
	var rest []string
	for i, a := range args {
		a = withoutLineMarks(a)
		if len(a) < 2 || a[0] != '-' {
			rest = append(rest, args[i:]...)
			break
		}
		for _, r := range a[1:] {
			switch r {
			case 'v':
				inverted = true
			case 'E':
				extended = true
			case 'q':
				quiet = true
			case 's', 'h':
			default:
				return stream{unknown: "what grep finds is not followed"}, unclear
			}
		}
	}
	if len(rest) == 0 {
		return stream{}, failure
	}
	expr, err := translate(m.plain(rest[0]), extended)
	in = m.inputs(rest[1:], in)
	if err != nil || in.unknown != "" {
		return stream{unknown: cmpOr(in.unknown, "what grep finds is not followed")}, unclear
	}
	var b strings.Builder
	st := failure
	for _, line := range splitRecords(in.text) {
		switch found := m.pod.marks.finds(expr, line); {
		case found == unclear:
			return stream{unknown: "whether grep finds it in a line cannot be told"}, unclear
		case (found == success) != inverted:
			st = success
			b.WriteString(line + "\n")
		}
	}
	if quiet {
		return stream{}, st
	}
	return stream{text: b.String()}, st
}

// xargs without a command prints its input as one line.
func (m *machine) xargs(args []string, in stream) (stream, status) {
	if len(args) > 0 || in.unknown != "" || strings.ContainsAny(in.text, "\"'\\") {
		return m.unmodelled("xargs", args)
	}
	return stream{text: strings.Join(strings.Fields(withoutLineMarks(in.text)), " ") + "\n"}, success
}

// tr deletes line breaks ("tr -d '\n'"). Nothing else of it is followed.
func (m *machine) tr(args []string, in stream) (stream, status) {
	if in.unknown != "" || len(args) != 2 || args[0] != "-d" {
		return stream{unknown: "what tr makes of it is not followed"}, success
	}
	set := strings.NewReplacer(`\n`, "\n", `\r`, "\r", "[:space:]", " \t\r\n").Replace(args[1])
	if strings.Trim(set, " \t\r\n") != "" {
		return stream{unknown: "what tr makes of it is not followed"}, success
	}
	return stream{text: strings.Map(func(r rune) rune {
		if strings.ContainsRune(set, r) {
			return -1
		}
		return r
	}, in.text)}, success
}
