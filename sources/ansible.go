package sources

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/keylint/keylint/sources/nodes"
)

// AnsibleFile is a file that a task of Ansible's writes on the host
// (docs.ansible.com: ansible.builtin.template, ansible.builtin.copy).
type AnsibleFile struct {
	Source string // what the task makes it of, as it is written; empty of a text in the task
	File   *File  // where that is in the repository, which text it is; nil where it is not here
	Filled bool   // Jinja fills it in
	At     Position

	text   *yaml.Node // that stands in the task
	doc    *Document
	base   string   // the directory of the role, or of the playbook
	from   []string // what the source may be called in the repository, the likeliest first
	target string   // on the host, its Jinja as it is written
	clone  bool     // it is a whole repository
}

// ansibleModules are those that write files, and whether they fill them in. What copy is given as a text is, as any
// argument of a task. git writes those of a repository.
var ansibleModules = map[string]bool{
	"template": true, "ansible.builtin.template": true,
	"copy": false, "ansible.builtin.copy": false,
	"synchronize": false, "ansible.posix.synchronize": false,
	"git": false, "ansible.builtin.git": false,
}

// AnsibleFiles are the files that the repository's tasks write, in order of place.
func (r *Repository) AnsibleFiles() []AnsibleFile {
	var out []AnsibleFile
	for _, f := range r.Files() {
		if f.Example || !f.isYAML() {
			continue
		}
		b, err := f.peek()
		if err != nil || !bytes.Contains(b, []byte("dest:")) || !ansibleTask.Match(b) {
			continue
		}
		for _, d := range f.Documents() {
			nodes.EachMapping(d.Root, func(task *yaml.Node) {
				nodes.Pairs(task, func(key, arguments *yaml.Node) {
					if filled, ok := ansibleModules[key.Value]; ok && nodes.Text(nodes.Field(arguments, "dest")) != "" {
						out = append(out, r.ansibleWrites(d, task, key, arguments, filled)...)
					}
				})
			})
		}
	}
	return out
}

var ansibleTask = regexp.MustCompile(`(?m)^\s*-?\s*(?:ansible\.\w+\.)?(?:template|copy|synchronize|git):`)

// ansibleWrites are the files that a task writes: one, or one for each item of its loop.
func (r *Repository) ansibleWrites(d *Document, task, key, arguments *yaml.Node, filled bool) []AnsibleFile {
	var out []AnsibleFile
	for _, item := range ansibleItems(task) {
		text := func(field string) string { return item.in(nodes.Text(nodes.Field(arguments, field))) }
		w := AnsibleFile{Filled: filled, Source: text("src"), At: d.Position(key), doc: d, base: ansibleBase(d.File.Path), target: text("dest")}
		w.At.Column, w.At.EndColumn = 0, 0
		if content := nodes.Field(arguments, "content"); w.Source == "" && content != nil {
			w.text, w.Filled = nodes.Follow(content), true
		}
		switch {
		case strings.HasSuffix(key.Value, "git"):
			w.clone = true
		case text("remote_src") == "":
			w.from = r.ansibleSources(&w, d.File.Dir())
		}
		for _, name := range w.from {
			if w.File == nil && r.SameTree(w.base, name) {
				w.File = r.File(name)
			}
		}
		if strings.HasSuffix(w.target, "/") && !strings.HasSuffix(w.Source, "/") {
			w.target += strings.TrimSuffix(path.Base(w.Source), ".j2")
		}
		out = append(out, w)
	}
	return out
}

// ansibleItem is what a loop is at: the text of "{{ item }}", or those of "{{ item.NAME }}".
type ansibleItem struct {
	text   string
	fields map[string]string
}

// ansibleItems are those of a task's loop, as far as they stand in it; one that says nothing where there is none.
func ansibleItems(task *yaml.Node) []ansibleItem {
	var out []ansibleItem
	for _, loop := range []string{"loop", "with_items"} {
		for _, n := range nodes.Items(nodes.Field(task, loop)) {
			out = append(out, ansibleItem{nodes.Text(n), nodes.Texts(n)})
		}
	}
	if out == nil {
		return []ansibleItem{{}}
	}
	return out
}

var (
	jinjaItem  = regexp.MustCompile(`\{\{\s*item(?:\.(\w+))?\s*\}\}`)
	jinjaSpace = regexp.MustCompile(`\{\{\s*(.*?)\s*\}\}`)
)

// in fills in what the loop is at, and writes all else that Jinja fills in one way.
func (i ansibleItem) in(text string) string {
	text = jinjaItem.ReplaceAllStringFunc(text, func(m string) string {
		is := i.text
		if field := jinjaItem.FindStringSubmatch(m)[1]; field != "" {
			is = i.fields[field]
		}
		if is == "" {
			return m
		}
		return is
	})
	return jinjaSpace.ReplaceAllString(text, "{{$1}}")
}

// ansibleBase is the directory of the role that a file of tasks is part of, or else of the playbook
// (docs.ansible.com: playbook_guide/playbooks_reuse_roles, role directory structure).
func ansibleBase(name string) string {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if path.Base(dir) == "tasks" {
			return path.Dir(dir)
		}
	}
	return path.Dir(name)
}

// here is the repository's name of a path that begins at the role or the playbook; empty of any other.
func (w *AnsibleFile) here(text string) string {
	if rest, ok := strings.CutPrefix(text, "{{role_path}}/"); ok {
		return path.Join(w.base, rest)
	}
	if rest, ok := strings.CutPrefix(text, "{{playbook_dir}}/"); ok && w.base == path.Dir(w.At.File) {
		return path.Join(w.base, rest)
	}
	return ""
}

// ansibleSources are the places at which Ansible looks for what a task names
// (docs.ansible.com: playbook_guide/playbook_pathing).
func (r *Repository) ansibleSources(w *AnsibleFile, dir string) []string {
	source, beside := w.Source, "files"
	if w.Filled {
		beside = "templates"
	}
	if name := w.here(source); name != "" {
		return []string{name}
	}
	if source == "" || strings.Contains(source, "{{") || path.IsAbs(source) {
		return nil
	}
	return []string{path.Join(w.base, beside, source), path.Join(w.base, source), path.Join(dir, beside, source), path.Join(dir, source)}
}

// Text is what the task makes the file of, and where a place in it lies on disk; ok is false where that is not here.
func (w *AnsibleFile) Text() (text []byte, inside func(line, column, end int) Position, ok bool) {
	switch {
	case w.text != nil:
		return []byte(w.text.Value), func(line, column, end int) Position { return w.doc.Inside(w.text, line, column, end) }, true
	case w.File == nil || w.File.Locked() != nil:
		return nil, nil, false
	}
	b, err := w.File.Plain()
	return b, w.File.Inside, err == nil
}

// AnsibleWrites are the tasks that write a file of a compose project, which is not in the repository: they write it
// to where they put the project's own files, or to its place in a copy of the repository.
func AnsibleWrites(all []AnsibleFile, file string, project []string) []AnsibleFile {
	var out []AnsibleFile
	for _, w := range all {
		beside := func(put AnsibleFile) bool {
			if put.base != w.base && strings.HasPrefix(w.target, "{{") {
				return false // a variable of another role may be another directory
			}
			return !w.clone && slices.ContainsFunc(project, func(own string) bool {
				at := put.puts(own)
				return at != "" && path.Join(path.Dir(at), relative(path.Dir(own), file)) == path.Clean(w.target)
			})
		}
		if w.here(w.target) == file || slices.ContainsFunc(all, beside) {
			out = append(out, w)
		}
	}
	return out
}

// puts is where a task puts a file of the repository on the host; empty where it does not.
func (w *AnsibleFile) puts(file string) string {
	if w.clone {
		return path.Join(w.target, file)
	}
	for _, name := range w.from {
		switch {
		case name == file && isYAMLName(w.target):
			return w.target
		case name == file:
			return path.Join(w.target, path.Base(file))
		case w.Filled || !strings.HasPrefix(file, name+"/"):
		case strings.HasSuffix(w.Source, "/"):
			return path.Join(w.target, strings.TrimPrefix(file, name+"/"))
		default:
			return path.Join(w.target, path.Base(name), strings.TrimPrefix(file, name+"/"))
		}
	}
	return ""
}

func isYAMLName(name string) bool { return path.Ext(name) == ".yml" || path.Ext(name) == ".yaml" }

// relative is the path that leads from a directory to a file in it or beside it.
func relative(dir, file string) string {
	up := ""
	for dir != "." && !within(file, dir) {
		up, dir = up+"../", path.Dir(dir)
	}
	if dir == "." {
		return up + file
	}
	return up + strings.TrimPrefix(file, dir+"/")
}
