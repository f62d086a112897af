package sources

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// Image is what a stage makes of the image that it is from, as far as the program that starts in it meets it.
type Image struct {
	Base       string       // the image, with what the ARGs before FROM have
	Env        []Assignment // in order; the later of a name counts
	Files      []ImageFile  // from the build context; the later of a target counts
	Entrypoint []string     // nil for the base's own
	Command    []string     // likewise
	Dir        string       // the working directory; empty for the base's own
}

// ImageFile is a file or directory of the build context in an image, or what another stage made.
type ImageFile struct {
	Source   string // empty of what comes from another stage
	Target   string
	Into     string // where the files of a directory are put, which keep their names; empty where the target is the file's
	Unknown  string // why its text is not that of the source
	Replaced bool   // by another, so that nothing is left of the text
	Text     string // of a here-document in the Dockerfile, which begins on the line TextLine; empty of any other
	TextLine int

	line        int
	stage, name string // of what comes from another stage, which, and how it is called there
}

// isWithin says whether the file lies at a place, or below it.
func (f ImageFile) isWithin(target string) bool {
	return f.Target == target || strings.HasPrefix(f.Target, strings.TrimSuffix(target, "/")+"/")
}

// stageImage is what one stage adds.
type stageImage struct {
	files               []ImageFile
	entrypoint, command []string
	dir                 string
}

func (i *stageImage) cd(dir string) { i.dir = i.absolute(dir) }

// absolute is a path of the image. A relative one in front of which no WORKDIR stands is the base's affair.
func (i *stageImage) absolute(name string) string {
	if !path.IsAbs(name) {
		name = path.Join(i.dir, name)
	}
	return path.Clean(name)
}

// add takes in what a COPY or ADD takes from the context, or else from another stage.
func (i *stageImage) add(n *parser.Node, from []string) {
	all := words(n)
	if len(all) < 2 {
		return
	}
	target := all[len(all)-1]
	if len(from) == 0 {
		f := ImageFile{Target: i.absolute(target), Unknown: "its Dockerfile copies it from another stage or image", line: n.StartLine}
		if strings.HasSuffix(target, "/") && len(all) == 2 {
			f.Target = path.Join(f.Target, path.Base(all[0]))
		}
		if len(all) == 2 {
			f.stage, f.name = copiedFrom(n), path.Join("/", all[0])
		}
		i.files = append(i.files, f)
	}
	documents := hereDocuments(n)
	for _, source := range from {
		if f, ok := documents[source]; ok || isFetched(n, source) {
			if !ok {
				f = ImageFile{Unknown: "its Dockerfile fetches or unpacks it", line: n.StartLine}
			}
			f.Target = i.absolute(target)
			if ok && (strings.HasSuffix(target, "/") || len(from) > 1) {
				f.Target = path.Join(f.Target, strings.TrimLeft(source, "<-"))
			}
			i.files = append(i.files, f)
			continue
		}
		f := ImageFile{Source: strings.TrimPrefix(source, "/"), Target: i.absolute(target), line: n.StartLine}
		if strings.HasSuffix(target, "/") || target == "." || len(from) > 1 {
			f.Into, f.Target = f.Target, path.Join(f.Target, path.Base(source))
		}
		i.files = append(i.files, f)
	}
}

// started is what an ENTRYPOINT or CMD starts; its other form is a script for the shell.
func started(n *parser.Node) []string {
	if all := words(n); n.Attributes["json"] || len(all) == 0 {
		return append([]string{}, all...)
	}
	return []string{"/bin/sh", "-c", strings.Join(words(n), " ")}
}

// Image is what a build of the target, or of the last stage, has. ok is false where there is no such stage.
func (d *Dockerfile) Image(target string) (image Image, ok bool) {
	stage := len(d.Stages) - 1
	if target != "" {
		stage = d.stage(target, len(d.Stages))
	}
	if stage < 0 {
		return Image{}, false
	}
	return d.imageOf(stage), true
}

// imageOf is what a stage has. Each is put together once, however many take from it.
func (d *Dockerfile) imageOf(stage int) (image Image) {
	if known, ok := d.images[stage]; ok {
		return known
	}
	defer func() {
		if d.images == nil {
			d.images = map[int]Image{}
		}
		d.images[stage] = image
	}()
	chain := d.chain(stage)
	for n, s := range d.Stages {
		if !chain[n] {
			continue
		}
		if image.Base == "" { // the first of the chain is from an image
			image.Base = s.From
		}
		for _, f := range s.image.files {
			f = d.followed(f, n)
			for j := range image.Files {
				if f.Source == "" && f.Text == "" && image.Files[j].isWithin(f.Target) { // it may lie over what was there
					image.Files[j].Unknown, image.Files[j].Replaced = f.Unknown, true
				}
			}
			image.Files = append(image.Files, f)
		}
		for j := range image.Files {
			if s.changes(image.Files[j]) {
				image.Files[j].Unknown = "a RUN of its Dockerfile may change it"
			}
		}
		if s.image.entrypoint != nil {
			image.Entrypoint, image.Command = s.image.entrypoint, nil
		}
		if s.image.command != nil {
			image.Command = s.image.command
		}
		if s.image.dir != "" {
			image.Dir = s.image.dir
		}
	}
	for _, a := range d.Assignments {
		if !a.Arg && chain[a.Stage] {
			image.Env = append(image.Env, a)
		}
	}
	return image
}

// followed is a file that comes from another stage, as that one has it from the build context or from a here-document,
// where no program of that stage runs afterwards.
func (d *Dockerfile) followed(f ImageFile, stage int) ImageFile {
	from := -1
	if f.stage != "" {
		from = d.stage(f.stage, stage)
	}
	if from < 0 {
		return f
	}
	for _, made := range slices.Backward(d.imageOf(from).Files) {
		if made.Target != f.name || made.Unknown != "" || made.Source == "" && made.Text == "" || made.mayBeDirectory() || d.Stages[from].runsAfter(made.line) {
			continue
		}
		made.Target, made.Into, made.line = f.Target, "", f.line
		return made
	}
	return f
}

// runsAfter says whether a RUN behind the line may write anything.
func (s Stage) runsAfter(line int) bool {
	return slices.ContainsFunc(s.runs, func(r run) bool {
		words := strings.Fields(r.text)
		return r.line > line && (len(words) == 0 || !readsOnly[words[0]] || strings.ContainsAny(r.text, ">;&|\n"))
	})
}

// readsOnly are commands that leave the text of a file as it is.
var readsOnly = map[string]bool{"chmod": true, "chown": true, "chgrp": true, "ls": true, "mkdir": true, "test": true, "cat": true, "stat": true, "echo": true}

// changes says whether a RUN of the stage may change a file that was copied before.
func (s Stage) changes(f ImageFile) bool {
	return slices.ContainsFunc(s.runs, func(r run) bool {
		if r.line < f.line {
			return false
		}
		return slices.ContainsFunc(strings.FieldsFunc(r.text, func(c rune) bool { return strings.ContainsRune(";&|\n", c) }), func(command string) bool {
			words := strings.Fields(command)
			return len(words) > 0 && (namesFile(words, f.Target) || f.mayBeDirectory() && namesBelow(words, cmp.Or(f.Into, f.Target))) && (!readsOnly[words[0]] || strings.Contains(command, ">"))
		})
	})
}

// namesFile says whether a command names the file, a pattern that it matches or the directory in which it lies.
func namesFile(words []string, file string) bool {
	return slices.ContainsFunc(words, func(word string) bool {
		word = strings.Trim(word, `'"`)
		matches, _ := path.Match(word, file)
		return matches || strings.Contains(word, path.Base(file)) || path.Clean(word) == path.Dir(file)
	})
}

// mayBeDirectory goes by the name, since what it is the Dockerfile does not say.
func (f ImageFile) mayBeDirectory() bool {
	return path.Ext(path.Clean(f.Source)) == "" || path.Clean(f.Source) == "."
}

// namesBelow says whether a command names something in a directory.
func namesBelow(words []string, dir string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(strings.Trim(word, `'"`), dir+"/") })
}
