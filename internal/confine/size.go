package confine

import (
	"fmt"
	"strconv"
	"strings"
)

// units are those of sizes, the largest first.
var units = []struct {
	name  string
	bytes int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// ParseSize reads a size such as 512MiB.
func ParseSize(text string) (int64, bool) {
	for _, u := range units {
		number, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(number, 10, 64)
		return n * u.bytes, err == nil && n > 0 && n < 1<<20
	}
	return 0, false
}

// Size writes a size as ParseSize reads it.
func Size(bytes int64) string {
	for _, u := range units {
		if bytes%u.bytes == 0 {
			return fmt.Sprintf("%d%s", bytes/u.bytes, u.name)
		}
	}
	return fmt.Sprintf("%d bytes", bytes)
}
