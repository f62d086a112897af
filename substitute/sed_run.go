package substitute

import (
	"strings"
)

// sedRun is one pass over a text.
type sedRun struct {
	marks    *marks
	commands []sedCommand
	quiet    bool
	out      strings.Builder
	total    int
	quit     bool
	touched  bool // a command looks into a value
}

// sed is what sed makes of a text; unknown says why that cannot be told.
func (m *marks) sed(commands []sedCommand, quiet bool, text string) (out, unknown string) {
	lines := splitRecords(text)
	r := &sedRun{marks: m, commands: commands, quiet: quiet, total: len(lines)}
	for i, line := range lines {
		mark, rest := splitMark(line)
		end := "\n"
		if i == len(lines)-1 && !strings.HasSuffix(text, "\n") {
			end = ""
		}
		r.cycle(mark, rest, end, i+1)
		if r.quit {
			break
		}
	}
	if r.touched {
		return "", "sed changes a value, or decides by one, and what comes of it is not followed"
	}
	return r.out.String(), ""
}

func (r *sedRun) cycle(mark, space, end string, number int) {
	after := ""
	space, deleted := r.apply(r.commands, mark, space, number, &after)
	if !deleted && !r.quiet {
		r.out.WriteString(mark + space + end)
	}
	r.out.WriteString(after)
}

func (r *sedRun) apply(commands []sedCommand, mark, space string, number int, after *string) (string, bool) {
	for i := range commands {
		c := &commands[i]
		if r.selects(c, space, number) == c.inverted {
			continue
		}
		switch c.name {
		case '{':
			var deleted bool
			if space, deleted = r.apply(c.block, mark, space, number, after); deleted {
				return space, true
			}
		case 'd':
			return space, true
		case 'c':
			r.out.WriteString(mark + c.text + "\n")
			return space, true
		case 'i':
			r.out.WriteString(mark + c.text + "\n")
		case 'a':
			*after += mark + c.text + "\n"
		case 'p':
			r.out.WriteString(mark + space + "\n")
		case 'q':
			r.quit = true
			return space, false
		case 's':
			r.touched = r.touched || r.marks.touches(c.pattern, space)
			var changed bool
			if space, changed = c.substitute(space); changed && c.print {
				r.out.WriteString(mark + space + "\n")
			}
		}
	}
	return space, false
}

func (r *sedRun) selects(c *sedCommand, space string, number int) bool {
	matches := func(a *sedAddress) bool {
		switch {
		case a.last:
			return number == r.total
		case a.pattern != nil:
			r.touched = r.touched || r.marks.touches(a.pattern, space)
			return a.pattern.MatchString(space)
		}
		return number == a.line
	}
	switch {
	case c.from == nil:
		return true
	case c.to == nil:
		return matches(c.from)
	case c.inRange:
		if c.to.line > 0 && number > c.to.line {
			c.inRange = false
			return false
		}
		c.inRange = !matches(c.to)
		return true
	case matches(c.from):
		c.inRange = !(c.to.line > 0 && c.to.line <= number)
		return true
	}
	return false
}

func (c *sedCommand) substitute(space string) (string, bool) {
	var b strings.Builder
	last, n, changed := 0, 0, false
	for _, at := range c.pattern.FindAllStringSubmatchIndex(space, -1) {
		n++
		if c.number > 0 && n < c.number {
			continue
		}
		changed = true
		b.WriteString(space[last:at[0]])
		for _, part := range c.replacement {
			switch {
			case part.group < 0:
				b.WriteString(part.text)
			case at[2*part.group] >= 0:
				b.WriteString(space[at[2*part.group]:at[2*part.group+1]])
			}
		}
		last = at[1]
		if !c.global {
			break
		}
	}
	b.WriteString(space[last:])
	return b.String(), changed
}
