// Command notices prints the licences and notices of everything that is linked into a
// program of this module, as their authors ask of whoever hands its binary on:
//
//	notices PACKAGE OS/ARCH ...
//
// It asks the go command what each of the targets links, and takes the texts from the
// module cache: no network is needed where the program can be built. The same modules
// give the same bytes. A module without a licence is an error.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: notices PACKAGE OS/ARCH ...")
		os.Exit(2)
	}
	out := bufio.NewWriter(os.Stdout)
	err := run(out, os.Args[1], os.Args[2:])
	if err = errors.Join(err, out.Flush()); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, program string, targets []string) error {
	library, err := standardLibrary()
	if err != nil {
		return err
	}
	linked := map[string]*module{library.name: library}
	for _, target := range targets {
		if err := link(linked, program, target); err != nil {
			return err
		}
	}
	return write(out, filepath.Base(program), linked)
}

// module is something with a licence of its own.
type module struct {
	name string // with its version
	root string
	dirs map[string]bool // its directories that are linked, from root to each package
}

// standardLibrary is the module that every Go program has linked in.
func standardLibrary() (*module, error) {
	text, err := exec.Command("go", "env", "GOVERSION", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	version, root, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	return &module{name: "the Go standard library " + version, root: root, dirs: map[string]bool{root: true}}, nil
}

// link adds to linked the modules that the program links for a target.
func link(linked map[string]*module, program, target string) error {
	goos, goarch, ok := strings.Cut(target, "/")
	if !ok {
		return fmt.Errorf("%q is not of the form OS/ARCH", target)
	}
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,Module", program)
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go list for %s: %w\n%s", target, err, stderr.Bytes())
	}
	type listedModule struct {
		Path, Version, Dir string
		Main               bool
		Replace            *listedModule
	}
	for packages := json.NewDecoder(bytes.NewReader(text)); ; {
		var p struct {
			Dir    string
			Module *listedModule
		}
		if err := packages.Decode(&p); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("go list for %s: %w", target, err)
		}
		m := p.Module
		if m == nil || m.Main { // the standard library, or ours
			continue
		}
		if m.Replace != nil {
			m = m.Replace
		}
		name := m.Path + " " + m.Version
		if linked[name] == nil {
			linked[name] = &module{name: name, root: m.Dir, dirs: map[string]bool{m.Dir: true}}
		}
		for dir := p.Dir; dir != m.Dir && strings.HasPrefix(dir, m.Dir); dir = filepath.Dir(dir) {
			linked[name].dirs[dir] = true
		}
	}
}

// write prints each text once, below the modules that it comes from.
func write(out io.Writer, program string, linked map[string]*module) error {
	from := map[string][]string{} // the modules of a text
	var unlicensed []string
	for _, m := range linked {
		texts, err := m.texts()
		if err != nil {
			return err
		}
		if len(texts) == 0 {
			unlicensed = append(unlicensed, m.name)
		}
		for text := range texts {
			from[text] = append(from[text], m.name)
		}
	}
	if len(unlicensed) > 0 {
		sort.Strings(unlicensed)
		return fmt.Errorf("no licence was found of %s", strings.Join(unlicensed, ", "))
	}
	var texts []string
	for text := range from {
		sort.Strings(from[text])
		texts = append(texts, text)
	}
	sort.Slice(texts, func(i, j int) bool {
		a, b := strings.Join(from[texts[i]], "\n"), strings.Join(from[texts[j]], "\n")
		if a != b {
			return a < b
		}
		return texts[i] < texts[j]
	})

	fmt.Fprintf(out, "These are the licences and notices of what is linked into the binaries of %s, for one\n"+
		"system or another (modules: %d). The source of each is to be had, in the version that is\n"+
		"named here, through the Go module proxy. %[1]s itself is under the licence in LICENSE.\n", program, len(linked))
	for _, text := range texts {
		fmt.Fprintf(out, "\n%s\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(from[text], "\n"), strings.Repeat("-", 80), text)
	}
	return nil
}

// texts are the licences and notices in a module's linked directories.
func (m *module) texts() (map[string]bool, error) {
	texts := map[string]bool{}
	for dir := range m.dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if !entry.Type().IsRegular() || !isNotice(entry.Name()) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
			if err != nil {
				return nil, err
			}
			texts[normal(string(text))] = true
		}
	}
	return texts, nil
}

// isNotice reports whether a file of this name holds a licence or a notice, and no code.
func isNotice(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".go", ".s", ".h", ".c", ".tmpl", ".tpl", ".json", ".yaml", ".yml", ".sh":
		return false
	}
	name = strings.ToUpper(name)
	for _, prefix := range []string{"LICENSE", "LICENCE", "UNLICENSE", "COPYING", "COPYRIGHT", "NOTICE", "PATENTS"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// normal takes out of a text what differs between two copies of one licence without
// meaning anything: the ends of its lines and the empty lines round it.
func normal(text string) string {
	lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t\r\f")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}
