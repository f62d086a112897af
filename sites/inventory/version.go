package inventory

import (
	"regexp"
	"strconv"
)

// Version is that of what an image runs.
type Version struct{ Major, Minor int }

// AtLeast says whether it is that version or a later one.
func (v *Version) AtLeast(major, minor int) bool {
	return v.Major > major || v.Major == major && v.Minor >= minor
}

var tagVersion = regexp.MustCompile(`:v?(\d+)\.(\d+)`)

// VersionOf reads a version off an image; nil where its tag does not tell.
func VersionOf(image string) *Version {
	m := tagVersion.FindStringSubmatch(image)
	if m == nil {
		return nil
	}
	var v Version
	v.Major, _ = strconv.Atoi(m[1])
	v.Minor, _ = strconv.Atoi(m[2])
	return &v
}
