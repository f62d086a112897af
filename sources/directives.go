package sources

import "strings"

// directive is one line of a proxy's configuration: a word, what stands behind it, and the block that it
// opens (nginx.org/en/docs/beginners_guide.html, caddyserver.com/docs/caddyfile/concepts).
type directive struct {
	words []configWord
	in    *directive // whose block it stands in; nil at the top
	block []*directive

	file   string // the file that it stands in, of what is included; empty for what stands in the text itself
	brings bool   // its block is what it includes
	unseen string // why that is not known; empty where it is
}

// configWord is a word without its quotes.
type configWord struct {
	text              string
	line, column, end int // of bytes, from 1
}

// is says whether the directive begins with the word.
func (d *directive) is(name string) bool { return len(d.words) > 0 && d.words[0].text == name }

// arg is a word behind the first; empty where there are not so many.
func (d *directive) arg(i int) string {
	if i >= len(d.words) {
		return ""
	}
	return d.words[i].text
}

// each visits the directives below, from the top to the bottom.
func (d *directive) each(visit func(*directive)) {
	for _, below := range d.block {
		visit(below)
		below.each(visit)
	}
}

// configReader takes a configuration apart.
type configReader struct {
	text    string
	nginx   bool // ";" ends a directive and braces are words by themselves; else the end of the line does
	at      int
	line    int
	started int // where the line begins
}

// maxBlocks bounds how deep blocks lie within each other.
const maxBlocks = 200

// parseDirectives reads a configuration of nginx, or else of Caddy. Of what is not well formed it reads
// what it can.
func parseDirectives(text string, nginx bool) *directive {
	r := &configReader{text: text, nginx: nginx, line: 1}
	top := &directive{}
	in, depth, next := top, 0, &directive{in: top}
	end := func() {
		if len(next.words) > 0 {
			in.block = append(in.block, next)
		}
		next = &directive{in: in}
	}
	for {
		w, sign, ok := r.next()
		switch {
		case !ok:
			end()
			return top
		case sign == '{' && depth < maxBlocks:
			in.block = append(in.block, next)
			in, depth = next, depth+1
			next = &directive{in: in}
		case sign == '}':
			end()
			if in.in != nil {
				in, depth = in.in, depth-1
			}
			next = &directive{in: in}
		case sign == ';':
			end()
		case sign == 0:
			next.words = append(next.words, w)
		}
	}
}

// next is the next word, or the sign that ends a directive (";" stands for both ways) or bounds a block.
func (r *configReader) next() (w configWord, sign byte, ok bool) {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == '\n':
			r.step()
			if !r.nginx {
				return w, ';', true
			}
		case c == ' ' || c == '\t' || c == '\r':
			r.step()
		case c == '\\' && !r.nginx && strings.HasPrefix(r.text[r.at+1:], "\n"):
			r.step()
			r.step()
		case c == '#':
			for r.at < len(r.text) && r.text[r.at] != '\n' {
				r.step()
			}
		case r.nginx && (c == '{' || c == '}' || c == ';') || (c == '{' || c == '}') && r.standsAlone():
			r.step()
			return w, c, true
		default:
			return r.word(), 0, true
		}
	}
	return w, 0, false
}

// standsAlone says whether white space follows the sign: Caddy's braces are words of their own.
func (r *configReader) standsAlone() bool {
	return r.at+1 >= len(r.text) || strings.IndexByte(" \t\r\n", r.text[r.at+1]) >= 0
}

func (r *configReader) step() {
	if r.text[r.at] == '\n' {
		r.line, r.started = r.line+1, r.at+1
	}
	r.at++
}

// word reads a word, which quotes may hold together.
func (r *configReader) word() configWord {
	if quote := r.text[r.at]; quote == '"' || quote == '\'' && r.nginx || quote == '`' && !r.nginx {
		r.step()
		w := configWord{line: r.line, column: r.at - r.started + 1}
		from := r.at
		for r.at < len(r.text) && r.text[r.at] != quote {
			if r.text[r.at] == '\\' && r.at+1 < len(r.text) {
				r.step()
			}
			r.step()
		}
		w.text = r.text[from:r.at]
		w.end = w.column + len(w.text)
		if r.at < len(r.text) {
			r.step()
		}
		return w
	}
	w := configWord{line: r.line, column: r.at - r.started + 1}
	from := r.at
	for ; r.at < len(r.text); r.step() {
		c := r.text[r.at]
		if strings.IndexByte(" \t\r\n", c) >= 0 || r.nginx && (c == ';' || c == '{' && !r.opens(from) || c == '}' && !r.closes(from)) {
			break
		}
	}
	w.text = r.text[from:r.at]
	w.end = w.column + len(w.text)
	return w
}

// opens says whether a brace is the first of nginx's ${NAME}, closes whether it is the last, of a word
// that began there.
func (r *configReader) opens(from int) bool { return r.at > from && r.text[r.at-1] == '$' }

func (r *configReader) closes(from int) bool {
	word := r.text[from:r.at]
	return strings.LastIndex(word, "${") > strings.LastIndexByte(word, '}')
}
