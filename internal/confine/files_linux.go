package confine

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// gitReads are the files in .git that are read. What else lies there is nobody's business, and the configuration may hold a token.
var gitReads = []string{"info/exclude", "index", "HEAD"}

const (
	readFile = landlock.AccessFSSet(ll.AccessFSReadFile)
	readDir  = landlock.AccessFSSet(ll.AccessFSReadDir)
	replace  = landlock.AccessFSSet(ll.AccessFSWriteFile | ll.AccessFSMakeReg | ll.AccessFSRemoveFile)
)

// allowFiles leaves the process the work trees and the others to read, for good, and names the
// layer. Landlock can take nothing out of what it allows, and so every entry at the top of a tree but .git is
// allowed by itself, and so in a directory there that is a work tree of its own, as CI checks out several side by side. Links are left out, for it would be what they lead to that is allowed.
func allowFiles(trees, others []string, writes bool) (layer string, err error) {
	layer = "Landlock"
	abi, err := ll.LandlockGetABIVersion()
	if err != nil || abi < 1 {
		return layer, lacking("the kernel has none, or it is not enabled")
	}
	if !exists(fmt.Sprintf("/proc/%d/task", os.Getpid())) {
		return layer, lacking("/proc is not mounted, where the threads to confine are found")
	}
	var rules []landlock.Rule
	allow := func(rights landlock.AccessFSSet, path string) {
		rules = append(rules, landlock.PathAccess(rights, path).IgnoreIfMissing())
	}
	allowEntry := func(look func(string) (fs.FileInfo, error), path string) {
		switch info, err := look(path); {
		case err != nil: // it cannot be read anyway
		case info.IsDir():
			allow(readFile|readDir, path)
		case info.Mode().IsRegular():
			allow(readFile, path)
		}
	}
	var allowTree func(dir string)
	allowTree = func(dir string) {
		allow(readDir, dir)
		entries, _ := os.ReadDir(dir) // which those that read the tree will tell of
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			switch {
			case e.Name() == ".git":
				for _, name := range gitReads {
					allowEntry(os.Lstat, filepath.Join(path, name))
				}
			case e.IsDir() && exists(filepath.Join(path, ".git")):
				allowTree(path)
			default:
				allowEntry(os.Lstat, path)
			}
		}
	}
	for _, tree := range trees {
		allowTree(tree)
		if writes {
			allow(replace, tree)
		}
	}
	for _, path := range others {
		allowEntry(os.Stat, path) // the user named it, and may name a link
	}
	// Where nothing may be written, that is denied with reading, which goes without saying once there are no calls for it.
	if err := landlock.V5.BestEffort().RestrictPaths(rules...); err != nil {
		return layer, err
	}
	return fmt.Sprintf("%s ABI %d", layer, abi), nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
