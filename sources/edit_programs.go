package sources

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keylint/keylint/substitute"
)

// editProgram is a program that changes a text before it is deployed.
type editProgram struct {
	name     string // sed, yq; any other may make anything of it
	text     string
	extended bool
	files    []shellWord // that it reads
	inPlace  bool
}

// editProgramOf reads the command; nil where it changes no text.
func editProgramOf(words []shellWord) *editProgram {
	p := &editProgram{name: path.Base(words[0].text)}
	var texts, others []shellWord
	switch p.name {
	case "sed", "gsed", "yq", "jq", "perl", "awk", "gawk", "python", "python3", "envsubst", "ytt", "gomplate":
	default:
		return nil
	}
	for i := 1; i < len(words); i++ {
		w := words[i]
		flag, value, has := strings.Cut(w.text, "=")
		sed := p.name == "sed" || p.name == "gsed"
		switch {
		case !strings.HasPrefix(w.text, "-") || w.text == "-":
			others = append(others, w)
		case flag == "--in-place" || flag == "--inplace":
			p.inPlace = true
		case (flag == "-e" || flag == "--expression") && sed:
			if !has && i+1 < len(words) {
				i++
				value = words[i].text
			}
			texts = append(texts, shellWord{text: value})
		case strings.HasPrefix(flag, "--"):
			p.extended = p.extended || flag == "--regexp-extended"
		default:
			letters := flag[1:]
			if sed || p.name == "perl" {
				before, _, is := strings.Cut(letters, "i")
				if p.inPlace = p.inPlace || is; is && before+"i" == letters && i+1 < len(words) && words[i+1].text == "" {
					i++ // the suffix, for macOS' own
				}
				if p.extended = p.extended || strings.ContainsAny(before, "Er"); strings.Contains(letters, "f") {
					p.name = "sed -f"
				}
				if strings.HasSuffix(letters, "e") && i+1 < len(words) {
					i++
					texts = append(texts, words[i])
				}
			} else {
				p.inPlace = p.inPlace || p.name == "yq" && strings.Contains(letters, "i")
			}
		}
	}
	if len(texts) == 0 && len(others) > 0 && p.name != "envsubst" {
		texts, others = others[:1], others[1:]
	}
	if p.name == "yq" && len(texts) > 0 && slices.Contains([]string{"e", "eval", "ea", "eval-all"}, texts[0].text) && len(others) > 0 {
		texts, others = others[:1], others[1:]
	}
	var lines []string
	for _, t := range texts {
		lines = append(lines, unknownText.ReplaceAllString(t.text, unknownWord))
	}
	p.text, p.files = strings.Join(lines, "\n"), others
	return p
}

// unknownWord stands in a program for what is not known.
const unknownWord = "KEYLINTUNKNOWN"

// touches says whether it may change a key in a text, or what leads to one.
func (p *editProgram) touches(r *Repository, text string) bool {
	switch p.name {
	case "sed", "gsed":
		changed, ok := substitute.SedChanges(p.text, p.extended, unknownWord, text)
		return !ok || slices.ContainsFunc(changed, r.tellsOfKey)
	case "yq", "jq":
		return queryTouches(p.text)
	case "envsubst":
		for line := range strings.Lines(text) {
			if strings.Contains(line, "$") && r.tellsOfKey(line) {
				return true
			}
		}
		return false
	}
	return true
}

var (
	textWord = regexp.MustCompile(`[A-Za-z_][\w.-]*`)
	keyText  = regexp.MustCompile(`eyJ[\w-]{8}|ZXlK[\w-]{8}|sb_(?:publishable|secret)_|secretKeyRef|configMapKeyRef|secretRef|configMapRef`)
)

// tellsOfKey says whether a line holds a key, is called like one, or leads to one.
func (r *Repository) tellsOfKey(line string) bool {
	return keyText.MatchString(line) || slices.ContainsFunc(textWord.FindAllString(line, -1), func(word string) bool { return r.names.Of(word).Slot != "" })
}

var (
	// conditions are what an expression selects by, comparisons what looks like it set something and does not.
	conditions  = regexp.MustCompile(`\bselect\([^()]*\)`)
	comparisons = regexp.MustCompile(`[=!<>]=`)

	// queryChanges matches what changes, or leaves out, in another way than by setting a field.
	queryChanges = regexp.MustCompile(`\b(?:del|delpaths|map|map_values|walk|with|with_entries|load|setpath|sub|gsub|eval)\b`)

	// keylessPath matches a field that holds no key.
	keylessPath = regexp.MustCompile(`(?:\b(?:image|tag|repository|registry|newTag|newName|digest|replicas|replicaCount|version|appVersion|namespace|imagePullPolicy)["'\]]*|\.(?:annotations|labels|resources)\b[^|]*)$`)
)

// queryTouches says whether an expression of yq's or jq's may change a key: it sets anything but an image, a count, or an annotation.
func queryTouches(text string) bool {
	for _, condition := range conditions.FindAllString(text, -1) {
		if strings.Contains(condition, "Secret") || strings.Contains(condition, "ConfigMap") {
			return true
		}
	}
	text = comparisons.ReplaceAllString(conditions.ReplaceAllString(text, ""), "")
	sets := strings.Split(text, "=")
	return queryChanges.MatchString(text) || slices.ContainsFunc(sets[:len(sets)-1], func(before string) bool {
		return !keylessPath.MatchString(strings.TrimRight(before, " |+*/()"))
	})
}
