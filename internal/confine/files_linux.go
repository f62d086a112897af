package confine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// gitReads are the files in .git that are read. What else lies there is nobody's business, and the configuration may hold a token.
var gitReads = []string{"info/exclude", "index"}

const (
	readFile = landlock.AccessFSSet(ll.AccessFSReadFile)
	readDir  = landlock.AccessFSSet(ll.AccessFSReadDir)
)

// allowFiles leaves the process the work trees and the others to read, for good, and names the
// layer. Landlock can take nothing out of what it allows, and so every entry at the top of a tree but .git is
// allowed by itself. Links are left out, for it would be what they lead to that is allowed.
func allowFiles(trees, others []string) (layer string, err error) {
	layer = "Landlock"
	abi, err := ll.LandlockGetABIVersion()
	if err != nil || abi < 1 {
		return layer, errors.New("the kernel has none, or it is not enabled")
	}
	var rules []landlock.Rule
	allow := func(rights landlock.AccessFSSet, path string) {
		rules = append(rules, landlock.PathAccess(rights, path).IgnoreIfMissing())
	}
	allowEntry := func(path string, mode fs.FileMode) {
		switch {
		case mode.IsDir():
			allow(readFile|readDir, path)
		case mode.IsRegular():
			allow(readFile, path)
		}
	}
	for _, tree := range trees {
		entries, err := os.ReadDir(tree)
		if err != nil {
			return layer, err
		}
		allow(readDir, tree)
		for _, e := range entries {
			path := filepath.Join(tree, e.Name())
			if e.Name() != ".git" {
				allowEntry(path, e.Type())
				continue
			}
			for _, name := range gitReads {
				if info, err := os.Lstat(filepath.Join(path, name)); err == nil {
					allowEntry(filepath.Join(path, name), info.Mode())
				}
			}
		}
	}
	for _, path := range others {
		if info, err := os.Stat(path); err == nil { // the user named it, and may name a link
			allowEntry(path, info.Mode())
		}
	}
	// Writing is denied with reading, which goes without saying once there are no calls for it.
	if err := landlock.V5.BestEffort().RestrictPaths(rules...); err != nil {
		return layer, err
	}
	return fmt.Sprintf("%s ABI %d", layer, abi), nil
}
