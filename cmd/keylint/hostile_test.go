package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"text/template"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/keylint/keylint/internal/testkeys"
)

// The bounds of a run on what a stranger may propose.
const (
	hostileTime   = 20 * time.Second
	hostileMemory = 1 << 20 // KiB
)

// hostile is a repository of testdata/hostile: what it is, what must happen, and its files, in which << >> are those of text/template.
type hostile struct {
	exit          []int // of a run; of one with --strict 1 or 2 where strict
	strict        bool
	never, says   []string    // what stands in no output, and what does
	bounds        [][2]string // a file, and words of the note that says where its work ends
	links, copies [][2]string
	fifos         []string
	packs         []hostilePack
	files         []txtar.File
}

func readHostile(t *testing.T, file string) hostile {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	functions := template.FuncMap{
		"repeat": func(n int, s string) string { return strings.Repeat(s, n) },
		"count": func(from, to int) (out []int) {
			for n := from; n < to; n++ {
				out = append(out, n)
			}
			return out
		},
		"dec":   func(n int) int { return n - 1 },
		"next":  func(n int) int { return n + 1 },
		"key":   func() string { return testkeys.Key(testkeys.Secret, "anon", 1767225600) },
		"token": func(n int) string { return testkeys.Key(testkeys.Secret, "anon", 1767225600+n) },
	}
	var out bytes.Buffer
	if err := template.Must(template.New("").Delims("<<", ">>").Funcs(functions).Parse(string(text))).Execute(&out, nil); err != nil {
		t.Fatal(err)
	}
	archive := txtar.Parse(out.Bytes())
	h := hostile{exit: []int{0, 1, 2}, files: archive.Files}
	for _, line := range strings.Split(string(archive.Comment), "\n")[1:] {
		word, rest, _ := strings.Cut(line, " ")
		from, to, _ := strings.Cut(rest, " ")
		switch word {
		case "exit":
			h.exit = nil
			for _, n := range strings.Fields(rest) {
				status, err := strconv.Atoi(n)
				if err != nil {
					t.Fatal(err)
				}
				h.exit = append(h.exit, status)
			}
		case "strict":
			h.strict = true
		case "never":
			h.never = append(h.never, rest)
		case "says":
			h.says = append(h.says, rest)
		case "bound":
			h.bounds = append(h.bounds, [2]string{from, to})
		case "link":
			h.links = append(h.links, [2]string{from, to})
		case "copy":
			h.copies = append(h.copies, [2]string{from, to})
		case "pack":
			var p hostilePack
			if _, err := fmt.Sscan(rest, &p.name, &p.files, &p.size); err != nil {
				t.Fatal(err)
			}
			h.packs = append(h.packs, p)
		case "fifo":
			h.fifos = append(h.fifos, rest)
		case "":
		default:
			t.Fatalf("what is %q?", line)
		}
	}
	return h
}

// write puts the repository on disk.
func (h hostile) write(t *testing.T) string {
	dir := t.TempDir()
	place := func(name string) string {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		return at
	}
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	check(os.MkdirAll(filepath.Join(dir, ".git"), 0o755))
	for _, f := range h.files {
		check(os.WriteFile(place(f.Name), f.Data, 0o644))
	}
	for _, c := range h.copies {
		b, err := os.ReadFile(filepath.Join("../../testdata/fixtures", c[0]))
		check(err)
		check(os.WriteFile(place(c[1]), b, 0o644))
	}
	for _, l := range h.links {
		check(os.Symlink(l[1], place(l[0])))
	}
	for _, p := range h.packs {
		check(os.WriteFile(place(p.name), p.archive(t), 0o644))
	}
	for _, f := range h.fifos {
		check(syscall.Mkfifo(place(f), 0o644))
	}
	return dir
}

// hostilePack is a chart b in an archive, with so many templates of so many bytes.
type hostilePack struct {
	name        string
	files, size int
}

func (p hostilePack) archive(t *testing.T) []byte {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	pack := tar.NewWriter(zip)
	add := func(name string, text []byte) {
		if err := pack.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := pack.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	add("b/Chart.yaml", []byte("apiVersion: v2\nname: b\nversion: 1.0.0\n"))
	text := bytes.Repeat([]byte("#"), p.size)
	for n := range p.files {
		add(fmt.Sprintf("b/templates/%d.yaml", n), text)
	}
	if err := errors.Join(pack.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestHostile: whatever a stranger proposes, a run ends in time and within its memory, with a word, and says nothing of what was decrypted; what it
// could not read fails --strict.
func TestHostile(t *testing.T) {
	files, err := filepath.Glob("../../testdata/hostile/*.txtar")
	if err != nil || len(files) < 80 {
		t.Fatalf("%d repositories, %v", len(files), err)
	}
	secrets := secretPieces(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			h := readHostile(t, file)
			dir := h.write(t)
			status, out := runHostile(t, dir, "--verbose")
			if !slices.Contains(h.exit, status) {
				t.Errorf("exit status %d:\n%.2000s", status, out)
			}
			if len(strings.TrimSpace(out)) < 20 {
				t.Errorf("no word: %q", out)
			}
			for _, never := range h.never {
				if strings.Contains(out, never) {
					t.Errorf("%q stands in the output", never)
				}
			}
			for _, says := range h.says {
				if !strings.Contains(out, says) {
					t.Errorf("%q does not stand in the output:\n%.2000s", says, out)
				}
			}
			for _, bound := range h.bounds {
				if !slices.ContainsFunc(strings.Split(out, "\n"), func(line string) bool {
					return strings.HasPrefix(line, bound[0]) && strings.Contains(line, bound[1]) && strings.HasSuffix(line, "[bound]")
				}) {
					t.Errorf("no note tells where the work of %s ends:\n%.2000s", bound[0], out)
				}
			}
			for _, piece := range secrets.FindAllString(out, 1) {
				t.Errorf("a piece of a secret, %d characters long, stands in the output", len(piece))
			}
			if h.strict {
				status, out := runHostile(t, dir, "--strict")
				if status == 0 {
					t.Errorf("--strict passes:\n%.2000s", out)
				}
				if len(h.bounds) > 0 && !strings.Contains(out, "not read, rendered or fetched") {
					t.Errorf("what was left out is not counted:\n%.2000s", out)
				}
			}
		})
	}
}

// runHostile lints a directory as the command does, in a process of its own.
func runHostile(t *testing.T, dir string, more ...string) (status int, out string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), hostileTime)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := filepath.Abs("../../testdata/keys")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(ctx, self)
	c.Args = append([]string{"keylint", "--now", "2026-11-24", "--age-key", filepath.Join(keys, "age.txt"), "--sealed-secrets-key", filepath.Join(keys, "sealed-secrets.pem")}, append(more, ".")...)
	c.Dir, c.Env = dir, []string{}
	b, err := c.CombinedOutput()
	var exit *exec.ExitError
	if ctx.Err() != nil {
		t.Fatalf("it did not end in %s", hostileTime)
	}
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok && usage.Maxrss > hostileMemory {
		t.Errorf("it took %d MiB", usage.Maxrss>>10)
	}
	return c.ProcessState.ExitCode(), string(b)
}

// secretPieces matches a piece of the signatures of the keys that the fixtures' ciphertexts hold.
func secretPieces(t testing.TB) *regexp.Regexp {
	b, err := os.ReadFile("../../testdata/keys/supabase-new.env")
	if err != nil {
		t.Fatal(err)
	}
	var pieces []string
	for line := range strings.Lines(string(b)) {
		name, key, _ := strings.Cut(strings.TrimSpace(line), "=")
		if name != "ANON_KEY" && name != "SERVICE_ROLE_KEY" {
			continue
		}
		signature := key[strings.LastIndexByte(key, '.')+1:]
		for i := 0; i+12 <= len(signature); i += 4 {
			pieces = append(pieces, regexp.QuoteMeta(signature[i:i+12]))
		}
	}
	if len(pieces) == 0 {
		t.Fatal("no keys")
	}
	return regexp.MustCompile(strings.Join(pieces, "|"))
}
