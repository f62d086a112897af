package lint

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// maxLine bounds in bytes what is looked through of a line for what may be shown of it. A longer one may hold thousands of keys, and each has it looked
// through anew.
const maxLine = 4 << 10

// maxFrame bounds in bytes what is shown of a line before and after the key.
const maxFrame = 120

// secretish matches what may be a secret on a line though no rule knows it: ciphertext,
// and long runs of the characters that keys are made of.
var secretish = regexp.MustCompile(`ENC\[[^\]]*\]?|[A-Za-z0-9+/_=.-]{24,}`)

// userInfo matches a password in an address.
var userInfo = regexp.MustCompile(`(://[^\s/@:"']*:)[^\s/@"']+@`)

// assigned matches a name with what is assigned to it: "name: value" in YAML and JSON,
// "NAME=value" in dotenv files and Dockerfiles.
var assigned = regexp.MustCompile(`([A-Za-z_][\w.-]*)(["']?(?::[ \t]+|:(?:["'])|=))(["']?)([^\s"',{}\[\]#][^"',{}\[\]]*)`)

// shownNames are the fields whose values name things. What is assigned to any other name
// is masked in a frame: the line may hold more secrets than the one that it is shown for.
var shownNames = map[string]bool{
	"name": true, "key": true, "kind": true, "apiVersion": true, "namespace": true, "image": true, "username": true,
	"consumer": true, "group": true, "type": true, "path": true, "mountPath": true, "subPath": true, "optional": true,
	"secretName": true, "encrypted_regex": true, "FROM": true, "_format_version": true, "keylint": true,
}

// frame is the line at a position with the key in it masked, and with it the rest of the line: where a
// key ends depends on who reads it. Where the position is that of a name (a data key, a file), the name
// is shown. Of a line on which no place is known nothing is.
func (p *Pass) frame(at sources.Position, isName bool) Frame {
	of := framed{at, isName}
	shown, known := p.frames[of]
	if !known {
		shown = p.newFrame(at, isName)
		if p.frames == nil {
			p.frames = map[framed]Frame{}
		}
		p.frames[of] = shown
	}
	return shown
}

// framed is what a frame is of: thousands of findings may list one place.
type framed struct {
	at     sources.Position
	isName bool
}

func (p *Pass) newFrame(at sources.Position, isName bool) Frame {
	f := p.Repo.File(at.File)
	if f == nil || at.Line == 0 {
		return Frame{}
	}
	line := f.Line(at.Line)
	if at.Column < 1 || at.Column > len(line)+1 {
		return Frame{}
	}
	start, end := aroundCR(line, at.Column-1)
	before := clip(p.clean(bounded(line[start:at.Column-1])), false)
	key, after := line[at.Column-1:end], ""
	if at.EndColumn > at.Column && at.EndColumn <= end+1 {
		key, after = line[at.Column-1:at.EndColumn-1], line[at.EndColumn-1:end]
	}
	key, after = bounded(key), bounded(after)
	shown := keys.Mask
	if fileName.MatchString(key) {
		shown = p.Repo.Ledger().Scrub(key)
	} else if isName && at.EndColumn == 0 { // a line as a whole, such as a command
		shown = p.unplaced(key)
	} else if isName || keys.ReferenceName(key) != "" {
		shown = keys.ShownName(p.clean(key))
	} else if end := strings.TrimRight(key, " \t"); strings.HasSuffix(end, `"`) || strings.HasSuffix(end, "'") {
		shown += end[len(end)-1:]
	}
	first := len(before) + 1
	return Frame{Text: before + shown + p.behind(after, isName), MaskStart: first, MaskEnd: first + len(shown)}
}

// bounded is a part of a line, or what stands in the place of one that is too long to be looked through.
func bounded(part string) string {
	if len(part) > maxLine {
		return "…"
	}
	return part
}

// aroundCR is the part of a line that has an offset, where carriage returns end lines as well: they do in
// a file of variables, and a terminal would write what stands behind one over what is before it. One that stands
// farther away than what is looked through is not looked for.
func aroundCR(line string, offset int) (start, end int) {
	from, to := max(0, offset-maxLine-1), min(len(line), offset+maxLine+1)
	if n := strings.LastIndexByte(line[from:offset], '\r'); n >= 0 {
		start = from + n + 1
	}
	if n := strings.IndexByte(line[offset:to], '\r'); n >= 0 {
		return start, offset + n
	}
	return start, len(line)
}

// closing matches what ends a value, assigning what stands between a name and what is assigned to it.
var (
	closing   = regexp.MustCompile(`^["'` + "`" + `)\]}>,;\s]*`)
	assigning = regexp.MustCompile(`^["']?[ \t]*[:=][ \t]*["']?`)
)

// behind is what is shown of the rest of a line: behind a key what ends it, and behind a name what is
// not assigned to it.
func (p *Pass) behind(after string, name bool) string {
	n := len(closing.FindString(after))
	if name {
		if n = len(assigning.FindString(after)); n == 0 {
			return clip(p.unplaced(after), true)
		}
	}
	if strings.TrimRight(after[n:], " \t\"'`)]}>,;") == "" {
		return clip(after, true)
	}
	return clip(after[:n], true) + keys.Mask
}

// clean masks whatever else on the line is or may be a secret.
func (p *Pass) clean(s string) string {
	s = strings.ToValidUTF8(p.Repo.Ledger().Scrub(s), "?")
	s = userInfo.ReplaceAllString(s, "${1}"+keys.Mask+"@")
	s = assigned.ReplaceAllStringFunc(s, func(m string) string {
		part := assigned.FindStringSubmatch(m)
		value := strings.TrimRight(part[4], " \t")
		if shownNames[part[1]] || keys.ReferenceName(value) != "" || len(value) < 4 {
			return m
		}
		return part[1] + part[2] + part[3] + keys.Mask + part[4][len(value):]
	})
	return secretish.ReplaceAllStringFunc(s, func(m string) string {
		if strings.HasPrefix(m, "ENC[") || keys.LooksRandom(m) {
			return keys.Mask
		}
		return m
	})
}

// longWord is a run without white space.
var longWord = regexp.MustCompile(`\S+`)

// unplaced masks a line of which it is not known where on it the secret stands, such as
// one that could not be parsed: of long words only names are left.
func (p *Pass) unplaced(line string) string {
	return longWord.ReplaceAllStringFunc(p.clean(line), func(m string) string {
		if len(m) < minGuessed || strings.Contains(m, keys.Mask) || strings.HasSuffix(m, ":") || keys.ReferenceName(m) != "" || pathOfWords.MatchString(m) {
			return m
		}
		return keys.Mask
	})
}

// pathOfWords matches a path that leads on from where it stands, by names of small letters that are short
// each: no secret that is worth the name looks so.
var pathOfWords = regexp.MustCompile(`^\.{1,2}(/\.\.)*(/[a-z._-]{1,19})+/?$`)

// fileName matches a relative path of a file, by an ending that no key has: what a manifest or a compose file
// lists.
var fileName = regexp.MustCompile(`^["']?(?:\.{1,2}/)*(?:[\w.-]{1,60}/)*[\w.-]{1,60}\.(?:ya?ml|json|env|conf|sh)["']?$`)

// minGuessed is the length in bytes from which a word that nothing explains may be a
// secret.
const minGuessed = 20

// clip keeps the end of what stands before the key, and the beginning of the rest.
func clip(s string, start bool) string {
	switch {
	case len(s) <= maxFrame:
		return s
	case start:
		return s[:maxFrame] + "…"
	}
	return "…" + s[len(s)-maxFrame:]
}
