package sources

import (
	"regexp"
	"strings"
)

// secretsScheme matches what helm-secrets takes for a file that it is to decrypt. Where the key is
// named as well, the file stands behind it: secrets+age-import:///keys/key.txt?secrets.yaml
// (jkroepke/helm-secrets: scripts/commands/downloader.sh).
var secretsScheme = regexp.MustCompile(`^(?:secrets?|sops)(\+(?:gpg|age)-import(?:-kubernetes)?)?://(.+)$`)

// SecretsFile is the file that a name of a values file makes helm-secrets decrypt; false where it is
// that of a file which helm reads by itself.
func SecretsFile(name string) (string, bool) {
	m := secretsScheme.FindStringSubmatch(name)
	if m == nil {
		return "", false
	}
	if m[1] == "" {
		return m[2], true
	}
	key, file, ok := strings.Cut(m[2], "?")
	if !ok {
		_, file, ok = strings.Cut(key, "#") // secrets+age-import-kubernetes://default/keys#secrets.yaml
	}
	return file, ok
}
