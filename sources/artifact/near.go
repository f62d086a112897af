package artifact

import (
	"bytes"
	"slices"
	"strings"
)

// maxNear bounds the URLs that are kept of those near a key.
const maxNear = 16

// near are the URLs round a key, the nearest first, each once.
func (s *scan) near(start, end int) []Near {
	from, to := max(0, start-around), min(len(s.buffer), end+around)
	var all []Near
	for i := from; i < to; {
		next := bytes.IndexByte(s.buffer[i:to], ':')
		if next < 0 {
			break
		}
		at := i + next
		i = at + 1
		scheme := schemeBefore(s.buffer[from:at])
		if scheme == "" {
			continue
		}
		host, length := hostBehind(s.buffer[at:to])
		if host == "" {
			continue
		}
		first, last := at-len(scheme), at+length
		i = last
		distance := first - end
		if first < start {
			distance = last - start
		}
		all = append(all, Near{scheme + "://" + host, distance})
	}
	slices.SortStableFunc(all, func(a, b Near) int { return abs(a.Distance) - abs(b.Distance) })
	seen := map[string]bool{}
	all = slices.DeleteFunc(all, func(n Near) bool {
		again := seen[n.URL]
		seen[n.URL] = true
		return again
	})
	return all[:min(len(all), maxNear)]
}

func abs(n int) int { return max(n, -n) }

func schemeBefore(b []byte) string {
	switch {
	case bytes.HasSuffix(b, []byte("https")):
		return "https"
	case bytes.HasSuffix(b, []byte("http")):
		return "http"
	}
	return ""
}

// slashes are the ways in which the two behind a scheme are written: as they are, as JSON may escape them.
var slashes = []string{"://", `:\/\/`, `:\u002F\u002F`, `:\u002f\u002f`}

// hostBehind is the host, with the port, of the URL whose colon a text begins with, and how much of the text that is.
func hostBehind(b []byte) (host string, length int) {
	for _, sign := range slashes {
		if !bytes.HasPrefix(b, []byte(sign)) {
			continue
		}
		end := len(sign)
		for end < len(b) && end < len(sign)+maxHost && isHostByte(b[end]) {
			end++
		}
		host = strings.ToLower(strings.TrimRight(string(b[len(sign):end]), ".:-"))
		return host, end
	}
	return "", 0
}

// maxHost is the length of the longest host (RFC 1035) with its port.
const maxHost = 253 + len(":65535")

func isHostByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == ':'
}
