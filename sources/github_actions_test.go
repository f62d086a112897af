package sources

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// inputTexts are what people write for "build-args", and what they should not.
var inputTexts = []string{
	"", "\n\n", "A=1", "A=1\nB=2\n", "  A=1  \n\n  B=2", "A=1\r\nB=2\r\n",
	`A="quoted"`, `"A=quoted"`, `"A=two words"`, "\"A=two\nlines\"\nB=2", `"A=with ""quotes"""`, `"A=half`, `"A=1"x`, `"A=1" `, ` "A=1"`,
	"A=a,b", `A=a,"b c"`, `A=a, "b c"`, `"A=a",b`, "A=a,,b,", ",A=1", "A=1,\nB=2",
	"A=$HOME", "# A=1", "A=it's", `A={"json": "yes"}`, "A=x=y", "A", "A=", "A=\tb\t",
	`A=b"c"d`, `"A="b"c"`, `""`, "\"\"\nA=1", `"A=1","B=2"`, "A=ü\nB=🔑",
}

// TestInputItemsOracle compares with the parser that Docker's actions use.
func TestInputItemsOracle(t *testing.T) {
	dir := filepath.Join("testdata", "inputs")
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("skipped: node is not installed")
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "csv-parse")); err != nil {
		t.Skip("skipped: csv-parse is not installed: run npm ci in sources/testdata/inputs")
	}
	input, err := json.Marshal(inputTexts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "run.js")
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(input)
	output, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want [][]string
	if err := json.Unmarshal(output, &want); err != nil {
		t.Fatal(err)
	}
	for i, text := range inputTexts {
		items, ok := inputItems(text)
		got := []string{}
		for _, item := range items {
			got = append(got, item.text)
		}
		if ok != (want[i] != nil) || ok && !slices.Equal(got, want[i]) {
			t.Errorf("%q: %q (%t), and the action makes %q of it", text, got, ok, want[i])
		}
	}
}

// TestInputItemsPlaces wants each item to be told where it stands, as far as it stands there as it is.
func TestInputItemsPlaces(t *testing.T) {
	for _, text := range inputTexts {
		items, _ := inputItems(text)
		for _, item := range items {
			if !strings.HasPrefix(text[item.start:], item.text) && !strings.ContainsAny(text, `"`) {
				t.Errorf("%q: %q does not stand at %d", text, item.text, item.start)
			}
		}
	}
}

func FuzzInputItems(f *testing.F) {
	for _, text := range inputTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		items, _ := inputItems(text)
		for _, item := range items {
			if item.start < 0 || item.start > len(text) {
				t.Errorf("%q: an item at %d", text, item.start)
			}
		}
	})
}
