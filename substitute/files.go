package substitute

import (
	"path"
	"sort"
	"strings"
)

// operands are the arguments that are no options. Those that take a value of their own
// are named.
func operands(args []string, withValue string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		a := withoutLineMarks(args[i])
		switch {
		case a == "--":
			return append(out, args[i+1:]...)
		case len(a) > 1 && a[0] == '-':
			if len(a) == 2 && strings.Contains(withValue, a[1:]) {
				i++
			}
		default:
			out = append(out, a)
		}
	}
	return out
}

// inputs reads the files that are named, or else the standard input.
func (m *machine) inputs(names []string, in stream) stream {
	if len(names) == 0 {
		return in
	}
	var out stream
	for _, n := range names {
		if n == "-" {
			out = out.then(in)
		} else {
			out = out.then(m.read(n))
		}
	}
	return out
}

func (m *machine) cat(args []string, in stream) (stream, status) {
	return m.inputs(operands(args, ""), in), success
}

// copy follows cp: files, or a directory's content.
func (m *machine) copy(args []string, _ stream) (stream, status) {
	m.copyOrMove(operands(args, "t"), false)
	return stream{}, success
}

func (m *machine) move(args []string, _ stream) (stream, status) {
	m.copyOrMove(operands(args, "t"), true)
	return stream{}, success
}

func (m *machine) copyOrMove(names []string, move bool) {
	if len(names) < 2 {
		return
	}
	dest := names[len(names)-1]
	for _, from := range names[:len(names)-1] {
		f := m.file(from)
		if f == nil {
			m.copyTree(from, dest)
			continue
		}
		to := dest
		if strings.HasSuffix(dest, "/") || len(names) > 2 || m.isDir(dest) {
			to = path.Join(dest, path.Base(from))
		}
		m.pod.files[m.program.key(m.path(to))] = f.copied()
		if move {
			delete(m.pod.files, m.program.key(m.path(from)))
		}
	}
}

// copyTree copies what lies below a directory ("cp -r /src/. /dst").
func (m *machine) copyTree(from, to string) {
	prefix := m.program.key(m.path(strings.TrimSuffix(from, "*")))
	var names []string
	for k := range m.pod.files {
		if strings.HasPrefix(k, strings.TrimSuffix(prefix, "/")+"/") {
			names = append(names, k)
		}
	}
	sort.Strings(names)
	for _, k := range names {
		rest := strings.TrimPrefix(k, strings.TrimSuffix(prefix, "/"))
		f := m.pod.files[k]
		m.pod.files[m.program.key(m.path(path.Join(to, rest)))] = f.copied()
	}
}

// below lists the paths of the shell scripts right below a directory.
func (m *machine) below(dir string) []string {
	var out []string
	for key := range m.pod.files {
		if name, ok := m.program.path(key); ok && path.Dir(name) == dir && path.Ext(name) == ".sh" {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}

// isDir says whether files are known below the path, or a volume is mounted there.
func (m *machine) isDir(name string) bool {
	at := m.path(name)
	key := m.program.key(at)
	for k := range m.pod.files {
		if strings.HasPrefix(k, strings.TrimSuffix(key, "/")+"/") {
			return true
		}
	}
	for _, mount := range m.program.Mounts {
		if path.Clean(mount.Path) == at && mount.SubPath == "" {
			return true
		}
	}
	return false
}

func (m *machine) remove(args []string, _ stream) (stream, status) {
	for _, name := range operands(args, "") {
		delete(m.pod.files, m.program.key(m.path(name)))
	}
	return stream{}, success
}

func (m *machine) touch(args []string, _ stream) (stream, status) {
	for _, name := range operands(args, "") {
		if m.file(name) == nil {
			m.write(name, stream{}, nil)
		}
	}
	return stream{}, success
}

func (m *machine) tee(args []string, in stream) (stream, status) {
	for _, name := range operands(args, "") {
		m.write(name, in, m.steps)
	}
	return in, success
}
