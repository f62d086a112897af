package sources

import (
	"bytes"
	"net/url"
	"path"
	"strings"
)

// RemoteManifest is an address from which a script applies manifests.
type RemoteManifest struct {
	Host      string
	Address   string
	Namespace string // empty where the command does not say
	At        Position
}

// RemoteManifests finds them, in order of place.
func (r *Repository) RemoteManifests() []RemoteManifest {
	var out []RemoteManifest
	for _, f := range r.scripts {
		if b, err := f.Disk(); err == nil && !f.Example && bytes.Contains(b, []byte("kubectl")) && bytes.Contains(b, []byte("://")) {
			for _, p := range r.pieces(f, b, "kubectl") {
				if starts := follow(r, f, p, remoteManifest); len(starts) > 0 {
					out = append(out, starts[len(starts)-1].found...)
				}
			}
		}
	}
	return out
}

// remoteManifest reads a command, if it is a kubectl apply, create or replace of what lies at an address.
func remoteManifest(_ *shell, _ *shellState, words []shellWord) []RemoteManifest {
	if path.Base(words[0].text) != "kubectl" {
		return nil
	}
	c := readKubectl(words[1:])
	if c.verb != "apply" && c.verb != "create" && c.verb != "replace" {
		return nil
	}
	var out []RemoteManifest
	for _, file := range c.files {
		for _, address := range strings.Split(file.text, ",") {
			if u, err := url.Parse(address); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" {
				out = append(out, RemoteManifest{Host: Shown(u.Hostname()), Address: address, Namespace: c.namespace, At: file.at})
			}
		}
	}
	return out
}
