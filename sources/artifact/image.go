package artifact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

// metaName matches what an image's manifests and configurations may be called, in what docker save and others write and in an OCI
// layout: they lie at the top, or are blobs.
var metaName = regexp.MustCompile(`^(?:[^/]+|blobs/[a-z0-9]{1,16}/[0-9a-f]{32,128})$`)

// layerName matches what the layers of an image are called there.
var layerName = regexp.MustCompile(`^(?:[0-9a-f]{64}/layer\.tar|[0-9a-f]{64}\.tar(?:\.gz)?|blobs/[a-z0-9]{1,16}/[0-9a-f]{32,128})$`)

// isMeta says whether a file may be one of these. Of what is packed by itself the size is not known: it is none.
func (l *looking) isMeta(at spot, size int64, first []byte) bool {
	return len(first) > 0 && (first[0] == '{' || first[0] == '[') && at.layer == "" && at.path == at.base && 0 <= size && size <= maxMeta && l.metaSize+int(size) <= maxMetas && metaName.MatchString(at.path)
}

// keepMeta keeps a file that may be an image's, and looks through it as any other.
func (l *looking) keepMeta(at spot, r io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(r, maxMeta))
	l.metas[at.path] = b
	l.metaSize += len(b)
	l.built.Read += int64(len(b))
	_ = l.scan(at, bytes.NewReader(b)) // of a text, which has no error
	return err
}

// The parts of an image's documents that matter here (OCI image-spec; moby image/tarexport for manifest.json).
type (
	saved []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	descriptor struct {
		MediaType string `json:"mediaType"`
		Digest    string `json:"digest"`
	}
	manifest struct { // or an index of such
		Config    descriptor   `json:"config"`
		Layers    []descriptor `json:"layers"`
		Manifests []descriptor `json:"manifests"`
	}
	configuration struct {
		Config struct {
			Env []string
		} `json:"config"`
		History []struct {
			CreatedBy string `json:"created_by"`
			Comment   string `json:"comment"`
		} `json:"history"`
	}
)

// image is one of what was built: the names of its configuration and its layers in the archive, the lowest first.
type image struct {
	config   string
	layers   []string
	attested []string
}

// images are those that the archive says that it holds.
func (l *looking) images() []image {
	var all []image
	var index manifest
	if json.Unmarshal(l.metas["index.json"], &index) == nil {
		seen := map[string]bool{}
		all = l.indexed(index, seen, 0, all)
	}
	if len(all) > 0 {
		return all
	}
	var list saved
	if json.Unmarshal(l.metas["manifest.json"], &list) == nil {
		for _, s := range list {
			if len(s.Layers) > 0 && len(s.Layers) <= maxLayers && len(all) < maxImages {
				one := image{config: path.Clean(s.Config)}
				for _, name := range s.Layers {
					one.layers = append(one.layers, path.Clean(name))
				}
				all = append(all, one)
			}
		}
	}
	return all
}

// indexed adds the images of an index. What it names and the archive does not hold is another platform's.
func (l *looking) indexed(index manifest, seen map[string]bool, depth int, all []image) []image {
	const deepest = 3 // an index of an index of manifests
	for _, d := range index.Manifests {
		name := blob(d.Digest)
		var m manifest
		if seen[name] || depth > deepest || len(all) >= maxImages || json.Unmarshal(l.metas[name], &m) != nil {
			continue
		}
		seen[name] = true
		if len(m.Manifests) > 0 {
			all = l.indexed(m, seen, depth+1, all)
			continue
		}
		one := image{config: blob(m.Config.Digest)}
		for _, layer := range m.Layers[:min(len(m.Layers), maxLayers)] {
			if strings.Contains(layer.MediaType, "in-toto") {
				one.attested = append(one.attested, blob(layer.Digest))
			} else {
				one.layers = append(one.layers, blob(layer.Digest))
			}
		}
		switch last := len(all) - 1; {
		case len(one.layers) > 0:
			all = append(all, one)
		case last >= 0: // an attestation stands behind its image
			all[last].attested = append(all[last].attested, one.attested...)
		}
	}
	return all
}

// blob is the name of a blob in a layout.
func blob(digest string) string { return path.Clean("blobs/" + strings.Replace(digest, ":", "/", 1)) }

// settle names the places of what was found, once it is known what the whole is.
func (l *looking) settle() {
	images := l.images()
	if len(images) == 0 {
		for _, f := range l.found {
			if !l.layers[f.at.layer].replaced(f.at) {
				f.key.Loose = layerName.MatchString(f.at.layer)
				l.keep(f, l.shown(f.at))
			}
		}
		return
	}
	for i, one := range images {
		name := l.built.Name
		if len(images) > 1 {
			name = fmt.Sprintf("%s/image-%d", name, i+1)
		}
		l.settleImage(name, one)
	}
}

// settleImage takes up what was found in the layers of an image, and what its configuration says.
func (l *looking) settleImage(name string, one image) {
	position := map[string]int{} // of a layer that is there twice, the upper one
	for i, of := range one.layers {
		if to, ok := l.links[of]; ok {
			of = to
			one.layers[i] = to
		}
		position[of] = i
		if l.layers[of] == nil {
			l.note(Unreadable, name, fmt.Sprintf("layer %d is not in it, or is no tarball", i+1))
		}
	}
	attested := map[string]bool{}
	for _, a := range one.attested {
		attested[a] = true
	}
	for _, f := range l.found {
		i, ok := position[f.at.layer]
		switch {
		case f.at.layer == "" && attested[f.at.path]:
			f.key.Attested = true
			l.keep(f, path.Join(name, "attestation"))
		case f.at.layer == "" || !ok || l.layers[f.at.layer].replaced(f.at):
		default:
			f.key.InLayer = true
			for above, of := range one.layers[i+1:] {
				if y := l.layers[of]; y != nil && f.key.Hidden == "" && y.hides(f.at.base) {
					f.key.Hidden = fmt.Sprintf("layer-%d", i+above+2)
				}
			}
			l.keep(f, path.Join(name, fmt.Sprintf("layer-%d", i+1), short(f.at.path)))
		}
	}
	l.configure(name, one)
}

func (l *looking) keep(f found, name string) {
	f.key.File, f.key.Path = name, path.Join(f.at.layer, f.at.path)
	if f.key.InLayer {
		f.key.Path = f.at.path
	}
	f.key.served = l.served(f.at)
	l.built.Keys = append(l.built.Keys, f.key)
}

// given matches what the builder writes before a command for the arguments that it was given (moby builder/dockerfile and BuildKit
// alike): "|2 NODE_ENV=production TOKEN=x /bin/sh -c npm run build".
var given = regexp.MustCompile(`^(?:RUN )?\|(\d{1,4}) (.*)$`)

// set matches a step that sets a variable: "ENV NAME=value", and of old "/bin/sh -c #(nop)  ENV NAME=value".
var set = regexp.MustCompile(`^(?:/bin/sh -c #\(nop\)\s+)?(?:ENV|ARG) ([A-Za-z_][A-Za-z0-9_]*)=(.*)$`)

// variable matches the beginning of an assignment behind a blank.
var variable = regexp.MustCompile(` ([A-Za-z_][A-Za-z0-9_]*)=`)

// configure reads the configuration of an image.
func (l *looking) configure(name string, one image) {
	var c configuration
	if err := json.Unmarshal(l.metas[one.config], &c); err != nil {
		l.note(Unreadable, name, "the image's configuration, with its environment and history, is not in it or cannot be parsed")
		return
	}
	im := Image{File: path.Join(name, "config"), History: path.Join(name, "history")}
	add := func(to []Setting, line int, name, value string) []Setting {
		if len(to) >= maxVariables || name == "" || value == "" {
			return to
		}
		return append(to, Setting{line, name, keys.NewText(value)})
	}
	for i, e := range c.Config.Env {
		key, value, _ := strings.Cut(e, "=")
		im.Env = add(im.Env, i+1, key, value)
	}
	for i, step := range c.History {
		text := step.CreatedBy
		if m := set.FindStringSubmatch(text); m != nil {
			im.Given = add(im.Given, i+1, m[1], strings.Trim(m[2], `"'`))
		} else if m := given.FindStringSubmatch(text); m != nil {
			for _, s := range arguments(" " + m[2]) {
				im.Given = add(im.Given, i+1, s[0], s[1])
			}
		}
		l.history(im.History, i+1, text)
	}
	l.built.Images = append(l.built.Images, im)
}

// arguments are the assignments before a command. A value may have blanks: it ends where the next one begins, or the command.
func arguments(text string) [][2]string {
	if end := strings.Index(text, " /bin/"); end >= 0 {
		text = text[:end]
	}
	var out [][2]string
	at := variable.FindAllStringSubmatchIndex(text, -1)
	for i, m := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		out = append(out, [2]string{text[m[2]:m[3]], text[m[1]:end]})
	}
	return out
}

// history takes up the keys that stand in a step, in whatever way.
func (l *looking) history(name string, line int, text string) {
	for _, f := range keys.Find([]byte(text)) {
		if l.mayKeep() {
			l.built.Keys = append(l.built.Keys, Key{
				File: name, Path: "history", Line: line, Text: f.Key, Attested: true, Name: assignedTo([]byte(text[max(0, f.Start-maxName):f.Start])),
			})
		}
	}
}
