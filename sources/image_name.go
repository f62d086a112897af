package sources

import (
	"regexp"
	"strings"
)

// expressionIn matches what CI systems, bake files and compose put a text in the place of.
var expressionIn = regexp.MustCompile(`\$\{\{.*?\}\}|\$\{[^}]*\}|\$\w+`)

// ImageName is what an image is called without its tag and digest: "ghcr.io/example/web". "*" stands for what an expression gives. It is
// empty where the last part of the name is not known.
func ImageName(text string) string {
	name := expressionIn.ReplaceAllString(strings.TrimSpace(text), "*")
	name, _, _ = strings.Cut(name, "@")
	last := strings.LastIndexByte(name, '/') + 1
	if i := strings.IndexByte(name[last:], ':'); i >= 0 {
		name = name[:last+i]
	}
	if name[last:] == "" || strings.ContainsAny(name[last:], "* ") {
		return ""
	}
	return name
}

// IsImage says whether the name, as ImageName gives it, is that of an image.
func IsImage(name, image string) bool {
	image = ImageName(image)
	if name == "" || image == "" || strings.Contains(image, "*") {
		return false
	}
	if !strings.Contains(name, "*") {
		return name == image
	}
	head, tail := name[:strings.IndexByte(name, '*')], name[strings.LastIndexByte(name, '*')+1:]
	return len(head)+len(tail) <= len(image) && strings.HasPrefix(image, head) && strings.HasSuffix(image, tail) && strings.HasPrefix(tail, "/")
}
