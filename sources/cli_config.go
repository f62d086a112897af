package sources

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/substitute"
)

// CLIConfig is what a supabase/config.toml says of the stack that "supabase start" runs on a
// developer's machine (supabase/cli apps/cli-go/pkg/config).
type CLIConfig struct {
	Port      string   // of the gateway, on the machine itself
	JWTSecret Variable // its Value is absent where nothing sets it: the CLI's published one is in force
	From      string   // the variable that it is taken from; empty where it stands in the file
	Opaque    bool     // the opaque keys are not those that the CLI publishes
}

// ofEnvironment matches a value that the CLI takes from a variable.
var ofEnvironment = regexp.MustCompile(`^env\(([A-Za-z0-9_]+)\)$`)

// ParseCLIConfig reads a supabase/config.toml.
func ParseCLIConfig(b []byte) (*CLIConfig, error) {
	var file struct {
		API struct {
			Port int64
		}
		Auth struct {
			JWTSecret      string `toml:"jwt_secret"`
			PublishableKey string `toml:"publishable_key"`
			SecretKey      string `toml:"secret_key"`
		}
	}
	file.API.Port = 54321
	if substitute.TooDeep(string(b)) {
		return nil, errors.New("it is nested deeper than keylint reads TOML")
	}
	if _, err := toml.NewDecoder(bytes.NewReader(b)).Decode(&file); err != nil {
		return nil, errors.New("it cannot be parsed as TOML") // the parser's own words may show a value
	}
	c := &CLIConfig{Port: strconv.FormatInt(file.API.Port, 10), Opaque: file.Auth.PublishableKey+file.Auth.SecretKey != ""}
	if secret := file.Auth.JWTSecret; secret != "" {
		c.JWTSecret = locate(b, "auth", "jwt_secret", secret)
		if m := ofEnvironment.FindStringSubmatch(secret); m != nil {
			c.From = m[1]
		}
	}
	return c, nil
}

// locate finds a field of a table by its name and its text, as a person would search for it.
func locate(b []byte, table, name, text string) Variable {
	v := Variable{Name: name, Value: keys.NewText(text), Line: 1, Column: 1} // where it is written with escapes
	for i, line := range strings.Split(string(b), "\n") {
		field, rest, ok := strings.Cut(line, "=")
		at := strings.Index(rest, text)
		if ok && at >= 0 && strings.TrimPrefix(strings.TrimSpace(field), table+".") == name {
			v.Line, v.Column = i+1, len(field)+1+at+1
			v.EndColumn = v.Column + len(text)
			break
		}
	}
	return v
}
