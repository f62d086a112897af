package sites

import (
	"fmt"
	"path"
	"regexp"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// appSettings are the keys in files of settings that apps keep and hand out as they are: public/env.js,
// src/assets/config.json. What a container is shown in the place of one is told there.
func (c *Collection) appSettings(shown inventory.Settings) []*inventory.Carrier {
	var out []*inventory.Carrier
	for _, f := range c.Repo.Files() {
		if !f.IsServedSettings() || f.Example || !f.BearsKeys() || c.Inputs[f.Path] {
			continue
		}
		b, err := f.Plain()
		if err != nil || f.Locked() != nil {
			continue
		}
		k := &inventory.Carrier{Kind: inventory.InEnvFile, Name: f.Path, File: f.Path, App: sources.ServedBy(f.Path), Ignored: f.Ignored, Idle: leftOver(f), Past: pastOf(f), Client: "what every browser gets"}
		for _, v := range sources.ParseSettings(f.Path, b) {
			b := &inventory.Binding{Name: v.Name, Holder: f.Path + " " + v.Name, Value: keys.Known(v.Value), Where: inventory.Stands(v.In(f.Path))}
			markPlaceholder(b, c.Names.Of(v.Name))
			k.Bindings = append(k.Bindings, b)
		}
		k.URLs = c.URLs(k.Bindings)
		k.Development = servesDevelopment(f, k.URLs)
		if by := c.writer(f, k.App); k.Idle == "" && by != "" {
			k.Idle = by + " names it, and may write it anew"
		}
		if k.Idle == "" && shown.Replaces(f.Path) {
			k.Idle = "a container finds another file in its place"
		}
		out = append(out, k)
	}
	return out
}

// writer is a script, or a command of the app's Dockerfile or package.json, that may write the file when the app is built or
// started; empty where there is none.
func (c *Collection) writer(f *sources.File, app string) string {
	base := path.Base(f.Path)
	if at := c.Repo.ScriptNaming(base); at.File != "" {
		return fmt.Sprintf("%s:%d", at.File, at.Line)
	}
	writes := regexp.MustCompile(`(?:envsubst|\bsed\b|>|-env\b)[^\n]*` + regexp.QuoteMeta(base))
	for _, name := range []string{"Dockerfile", "package.json"} {
		if other := c.Repo.File(path.Join(app, name)); other != nil {
			if b, err := other.Plain(); err == nil && writes.Match(b) {
				return other.Path
			}
		}
	}
	return ""
}
