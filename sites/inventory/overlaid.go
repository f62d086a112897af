package inventory

import (
	"cmp"
	"maps"
	"slices"
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
	out := all[:from:from]
	for _, f := range all[from:] {
		switch {
		case slices.ContainsFunc(files, func(o PodFile) bool { return o.Path == f.Path }):
			continue
		case why != "" && (!named || slices.Contains(slices.Collect(maps.Values(part.items)), f.Path)):
			f.Changed = cmp.Or(f.Changed, "another source of its volume may lie over "+f.Source+": "+why)
		}
		out = append(out, f)
	}
	return out
}
