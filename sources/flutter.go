package sources

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// maxAbovePubspec bounds how far above a file its app is looked for.
const maxAbovePubspec = 6

// InFlutterApp says by what a file of variables is part of a Flutter app, which whoever has the app can read; empty where it is not. It is an asset, from
// which flutter_dotenv loads it (pub.dev/packages/flutter_dotenv), or a script defines its variables for the compiler
// (docs.flutter.dev: --dart-define-from-file).
func (r *Repository) InFlutterApp(f *File) string {
	dir := f.Dir()
	for range maxAbovePubspec {
		if spec := r.File(path.Join(dir, "pubspec.yaml")); spec != nil {
			if at := spec.lists(f.Path); at.File != "" {
				return fmt.Sprintf("by %s the file is an asset of the app, which whoever has the app can read", at)
			}
			if at := r.definesFrom(dir, f.Path); at.File != "" {
				return fmt.Sprintf("by %s the file's variables are compiled into the app, where whoever has it can read them", at)
			}
			return ""
		}
		if dir == "." || dir == "/" {
			break
		}
		dir = path.Dir(dir)
	}
	return ""
}

// lists is where a pubspec.yaml has a file, or its directory, among the assets; the zero Position where it does not.
func (f *File) lists(name string) Position {
	b, err := f.peek()
	if err != nil {
		return Position{}
	}
	docs, _ := nodes.Parse(b)
	for _, d := range docs {
		for _, item := range nodes.Items(nodes.Field(d.Root, "flutter", "assets")) {
			text := nodes.Text(item)
			if item.Kind == yaml.MappingNode {
				text = nodes.Text(nodes.Field(item, "path"))
			}
			full := path.Join(f.Dir(), text)
			if text != "" && (full == name || strings.HasSuffix(text, "/") && full == path.Dir(name)) {
				return Position{File: f.Path, Line: item.Line}
			}
		}
	}
	return Position{}
}

// dartDefines matches what a command of flutter's is given a file by.
var dartDefines = regexp.MustCompile(`--dart-define-from-file[= ]["']?([\w./-]+)`)

// dartDefine is where a script, or a workflow, gives a build of flutter's a file of variables.
type dartDefine struct {
	text string // the file, as it is named there
	at   Position
}

// definesFrom is where one builds the Flutter app in a directory with the variables of a file.
func (r *Repository) definesFrom(dir, name string) Position {
	r.dartDefinesOnce.Do(func() { r.dartDefines = r.readDartDefines() })
	for _, d := range r.dartDefines {
		if path.Join(dir, d.text) == name {
			return d.at
		}
	}
	return Position{}
}

// readDartDefines reads all scripts once, in order of path.
func (r *Repository) readDartDefines() []dartDefine {
	files := slices.Clone(r.scripts)
	for _, f := range r.Files() {
		if f.IsManifest() && mayCall(f.Path) {
			files = append(files, f)
		}
	}
	slices.SortFunc(files, func(a, b *File) int { return strings.Compare(a.Path, b.Path) })
	var out []dartDefine
	for _, f := range files {
		b, err := f.peek()
		if err != nil {
			continue
		}
		for _, m := range dartDefines.FindAllSubmatchIndex(b, -1) {
			out = append(out, dartDefine{string(b[m[2]:m[3]]), Position{File: f.Path, Line: 1 + strings.Count(string(b[:m[0]]), "\n")}})
		}
	}
	return out
}
