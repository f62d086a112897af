package decrypt

import (
	"bytes"
	"fmt"
	"regexp/syntax"

	"github.com/getsops/sops/v3"
)

// sops was written for files of its own user. Of a pull request's it would follow aliases
// without end, recurse as deep as the brackets go (a stack overflow cannot be recovered
// from), and compile a regular expression once for every part of every path. These bounds
// are far beyond any file that people encrypt, and far below what takes seconds.
const (
	maxSOPSFile  = 4 << 20        // bytes
	maxSOPSNodes = 200_000        // values, aliases followed
	maxSOPSDepth = 200            // levels
	maxSOPSLines = 20_000         // of dotenv and INI, whose stores are quadratic in them
	maxSOPSKeys  = 500            // copies of the data key
	maxSOPSEnc   = 256 << 10      // bytes of all copies together
	maxSOPSWork  = 200_000_000    // bytes of paths, and what matching them costs
	maxSOPSEmit  = 20_000_000_000 // values times bytes of JSON, whose store copies all for each

	maxDataKeys = 50_000 // private keys that a run tries on copies of data keys, some 0.1 ms each
	pgpTries    = 50     // as which one of PGP counts
)

func tooLarge(format string, args ...any) *Locked {
	return &Locked{Kind: NotTried, Reason: "encrypted with SOPS, and not decrypted: " + fmt.Sprintf(format, args...)}
}

// boundText checks what can be told before anything is parsed.
func boundText(format fileFormat, b []byte) *Locked {
	if len(b) > maxSOPSFile {
		return tooLarge("the file is larger than %d MiB", maxSOPSFile>>20)
	}
	switch format {
	case formatJSON, formatBinary:
		if bracketDepth(b) > maxSOPSDepth {
			return tooLarge("it is nested deeper than %d levels", maxSOPSDepth)
		}
	case formatDotenv, formatINI:
		if bytes.Count(b, []byte("\n")) > maxSOPSLines {
			return tooLarge("the file has more than %d lines", maxSOPSLines)
		}
	}
	return nil
}

// bracketDepth is how deep JSON nests.
func bracketDepth(b []byte) int {
	depth, deepest := 0, 0
	quoted := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}

// boundTree checks what decrypting and writing the tree would cost.
func boundTree(tree *sops.Tree, format fileFormat, size int) *Locked {
	m := &tree.Metadata
	copies, bytes := 0, 0
	for _, group := range m.KeyGroups {
		for _, key := range group {
			copies++
			bytes += len(key.EncryptedDataKey())
		}
	}
	if copies > maxSOPSKeys || bytes > maxSOPSEnc {
		return tooLarge("its metadata holds too many copies of the data key")
	}
	cost := work{perPart: 1}
	for _, expr := range []string{m.EncryptedRegex, m.UnencryptedRegex, m.EncryptedCommentRegex, m.UnencryptedCommentRegex} {
		if expr != "" {
			cost.perPart += regexpCost(expr)
		}
	}
	for _, branch := range tree.Branches {
		if !cost.add(branch, 0, 0) {
			return tooLarge("it has too many values, or is nested too deep")
		}
	}
	if format == formatJSON && cost.nodes*size > maxSOPSEmit {
		return tooLarge("it has too many values for its size")
	}
	return nil
}

// regexpCost is what compiling the expression once costs, in units of a path's bytes.
func regexpCost(expr string) int {
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return len(expr) // sops takes one that does not parse for one that does not match
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return len(expr)
	}
	return len(expr) + 10*len(prog.Inst)
}

// work adds up what Tree.Decrypt does at each value: it joins the path, and matches each
// part of it.
type work struct {
	perPart int
	nodes   int
	total   int
}

func (w *work) add(value any, depth, path int) bool {
	w.nodes++
	w.total += path + depth*w.perPart
	if w.nodes > maxSOPSNodes || depth > maxSOPSDepth || w.total > maxSOPSWork {
		return false
	}
	switch value := value.(type) {
	case sops.TreeBranch:
		for _, item := range value {
			key, _ := item.Key.(string)
			if !w.add(item.Value, depth+1, path+len(key)+1) {
				return false
			}
		}
	case []any:
		for _, item := range value {
			if !w.add(item, depth, path) {
				return false
			}
		}
	}
	return true
}
