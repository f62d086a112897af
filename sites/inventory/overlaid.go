package inventory

import (
	"cmp"
)

// lay puts an object over those of a volume that are shown before it, all files from the given one on: a later source of a
// projected volume goes before an earlier one. What it lays over others is not known where it is not.
func lay(over Found, part volumePart, files, all []PodFile, from int) []PodFile {
	why, named := over.Why, part.items != nil
	switch {
	case over.Object != nil:
		why = over.Object.Open()
	case over.Absent: // the pod does not start, or nothing is laid over
		return all
	}
	if len(all) == from {
		return all
	}
	laid := map[string]bool{}
	for _, f := range files {
		laid[f.Path] = true
	}
	below := map[string]bool{}
	for _, name := range part.items {
		below[name] = true
	}
	out := all[:from:from]
	for _, f := range all[from:] {
		switch {
		case laid[f.Path]:
			continue
		case why != "" && (!named || below[f.Path]):
			f.Changed = cmp.Or(f.Changed, "another source of its volume may lie over "+f.Source+": "+why)
		}
		out = append(out, f)
	}
	return out
}
