package decrypt

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
)

// fileFormat is a file format that SOPS encrypts.
type fileFormat string

// The formats of SOPS (cmd/sops/formats of sops).
const (
	formatYAML   fileFormat = "yaml"
	formatJSON   fileFormat = "json"
	formatDotenv fileFormat = "dotenv"
	formatINI    fileFormat = "ini"
	formatBinary fileFormat = "binary" // anything, whole in one value
)

// EncryptedLeaf says whether s is a value as SOPS leaves it in a file.
func EncryptedLeaf(s string) bool {
	return strings.HasPrefix(strings.TrimSpace(s), "ENC[AES256_GCM,")
}

// leafData matches the ciphertext in a value, which SOPS leaves as long as the plaintext.
var leafData = regexp.MustCompile(`^ENC\[AES256_GCM,data:([A-Za-z0-9+/=]*),.*,type:str\]$`)

// EncryptedLength is the length of a string that SOPS encrypted, in bytes; ok is false for
// anything else.
func EncryptedLength(s string) (length int, ok bool) {
	m := leafData.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return 0, false
	}
	b, err := base64.StdEncoding.DecodeString(m[1])
	return len(b), err == nil
}

// The metadata that every file encrypted by SOPS has, at the place where its format has it.
// It is found by text, not by parsing, so that a file which was cut or merged badly is
// still known for what it is.
var (
	dotenvMetadata = []string{"sops_mac=", "sops_lastmodified=", "sops_version="}
	yamlSops       = []string{"sops:", `"sops":`, "'sops':"}
	yamlMetadata   = regexp.MustCompile(`(?m)(^[ \t]+|[{,][ \t]*)["']?(mac|lastmodified)["']?[ \t]*:`)
	iniMetadata    = regexp.MustCompile(`(?m)^[ \t]*(mac|lastmodified)[ \t]*=`)
	jsonMetadata   = regexp.MustCompile(`"(mac|lastmodified)"[ \t\r\n]*:`)
)

// atLineStart is where the first of the words stands at the beginning of a line, or -1.
// A regular expression with (?m)^ takes a hundred times as long.
func atLineStart(b []byte, words ...string) int {
	first := -1
	for _, w := range words {
		at := bytes.Index(b, []byte("\n"+w))
		if bytes.HasPrefix(b, []byte(w)) {
			at = 0
		}
		if at >= 0 && (first < 0 || at < first) {
			first = at
		}
	}
	return first
}

// IsSOPS says whether SOPS encrypted a file. sops itself goes by the name alone; people
// rename encrypted files (a third of those in public repositories are plain .yaml, others
// .enc or .sops), so here the content decides, and the name only between what is alike.
func IsSOPS(name string, b []byte) bool {
	_, ok := detect(name, b)
	return ok
}

// detect says so, and in which format the file is.
func detect(name string, b []byte) (fileFormat, bool) {
	if !bytes.Contains(b, []byte("sops")) || !bytes.Contains(b, []byte("mac")) && !bytes.Contains(b, []byte("lastmodified")) {
		return "", false
	}
	if atLineStart(b, dotenvMetadata...) >= 0 {
		return formatDotenv, true
	}
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
		return detectJSON(strings.ToLower(name), b)
	}
	if at := atLineStart(b, "[sops]"); at >= 0 && iniMetadata.Match(b[at:]) {
		return formatINI, true
	}
	if at := atLineStart(b, yamlSops...); at >= 0 && yamlMetadata.Match(b[at:]) {
		return formatYAML, true
	}
	return "", false
}

func detectJSON(name string, b []byte) (fileFormat, bool) {
	format := formatJSON
	if strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") {
		format = formatYAML
	}
	var top map[string]json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(b)).Decode(&top); err != nil {
		if bytes.Contains(b, []byte(`"sops"`)) && bytes.Contains(b, []byte("ENC[AES256_GCM,")) && jsonMetadata.Match(b) {
			return format, true // it was cut
		}
		return "", false
	}
	var metadata map[string]json.RawMessage
	if json.Unmarshal(top["sops"], &metadata) != nil {
		return "", false
	}
	if metadata["mac"] == nil && metadata["lastmodified"] == nil {
		return "", false
	}
	var data string
	if len(top) == 2 && json.Unmarshal(top["data"], &data) == nil && !strings.HasSuffix(name, ".json") && format != formatYAML {
		return formatBinary, true
	}
	return format, true
}
