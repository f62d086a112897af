package inventory

import (
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/render"
	"github.com/keylint/keylint/render/manifest"
	"github.com/keylint/keylint/sources"
	"github.com/keylint/keylint/sources/nodes"
)

// noteEdits tells of commands, in scripts and in containers, that change what bears keys in the cluster: what they make of it is not followed.
func (inv *Inventory) noteEdits() {
	told := map[string]bool{}
	inv.Repo.ClusterEdits(func(f *sources.File, e sources.ClusterEdit) {
		at := sources.Position{File: f.Path, Line: e.Line}
		if e.Dir != "" {
			inv.notePiped(f, e, at)
			return
		}
		inv.noteEdit(e, at, told)
	})
	for _, c := range inv.Containers {
		if c.Object == nil {
			continue
		}
		for _, word := range c.Command {
			if !strings.Contains(word, "kubectl") {
				continue
			}
			for _, e := range sources.EditsIn(word) {
				if e.Namespace == "" {
					e.Namespace = c.Namespace
				}
				inv.noteEdit(e, c.Object.Locate(nodes.Field(c.Object.Root, "metadata", "name")), told)
			}
		}
	}
}

// noteEdit tells of one that changes a variable or a data key of an object with keys, once for each object.
func (inv *Inventory) noteEdit(e sources.ClusterEdit, at sources.Position, told map[string]bool) {
	if len(e.Variables) > 0 && !slices.ContainsFunc(e.Variables, func(name string) bool { return inv.Names.Of(name).Slot != "" }) {
		return
	}
	if !inv.Repo.Spend(filterCost * (1 + inv.objects())) {
		inv.Repo.Note(sources.NoteBound, at, "what kubectl changes in the cluster is "+sources.TooMuch)
		return
	}
	inv.eachObject(func(u *render.Unit, o *manifest.Object) {
		if told[e.Verb+Label(o)] || !u.Deployed() || o.Name != e.Name || e.Namespace != "" && o.Namespace != "" && o.Namespace != e.Namespace || !isCalled(o.Kind, e.Kind) || !inv.Repo.MarkedNode(o.Root) {
			return
		}
		told[e.Verb+Label(o)] = true
		inv.Repo.Note(sources.NoteNotFetched, at, e.Verb+" changes "+Label(o)+" in the cluster, and what it makes of it cannot be told")
	})
}

// notePiped tells of a program that changes what is built before it is applied.
func (inv *Inventory) notePiped(f *sources.File, e sources.ClusterEdit, at sources.Position) {
	for _, u := range inv.Units {
		if !u.Deployed() || u.Path != path.Clean(e.Dir) && u.Path != path.Join(f.Dir(), e.Dir) {
			continue
		}
		if slices.ContainsFunc(u.Objects, func(o *manifest.Object) bool { return inv.Repo.MarkedNode(o.Root) }) {
			inv.Repo.Note(sources.NoteNotFetched, at, e.Verb+" changes what is built of "+u.Path+" before it is applied, and what it makes of it cannot be told")
			return
		}
	}
}

// isCalled says whether kubectl knows a kind by a word: by its name, its plural, with its group, or in short.
func isCalled(kind, word string) bool {
	word, _, _ = strings.Cut(strings.ToLower(word), ".")
	name := strings.ToLower(kind)
	return word == name || word == name+"s" || word == shortKinds[kind]
}

var shortKinds = map[string]string{
	"Deployment": "deploy", "StatefulSet": "sts", "DaemonSet": "ds", "ReplicaSet": "rs", "ConfigMap": "cm", "CronJob": "cj", "Pod": "po", "Ingress": "ing",
}
