package sites

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
)

// keySets are the files of JSON Web Keys with which whoever reads them can sign.
func (c *Collection) keySets() []*inventory.Carrier {
	var out []*inventory.Carrier
	for _, f := range c.Repo.Files() {
		if !f.IsKeySet() || f.Example || c.Inputs[f.Path] {
			continue
		}
		b, err := f.Plain()
		text := keys.Trim(keys.NewText(string(b)))
		if err != nil || !keys.SignsAlone(text) {
			continue
		}
		at := f.At()
		at.Line, at.Column = 1, 1
		out = append(out, &inventory.Carrier{
			Kind: inventory.InEnvFile, Name: f.Path, File: f.Path, Ignored: f.Ignored, Idle: "keylint does not follow who reads the file",
			Bindings: []*inventory.Binding{{Holder: f.Path, Value: keys.Known(text), Asked: keys.JWTKeys, Where: inventory.Stands(at)}},
		})
	}
	return out
}
