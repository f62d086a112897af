package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/lint"
	"github.com/keylint/keylint/sites"
	"github.com/keylint/keylint/sources"
)

var buildArgUnused = &lint.Rule{
	Name:     "build-arg-unused",
	Summary:  "a build argument that the stage which builds the app does not declare",
	Severity: lint.Warning,
	Doc: `A stage of a Dockerfile sees a build argument where it declares it with ARG, or where a stage that it is FROM does. BuildKit
drops any other without a word (the classic builder printed a warning): the app is then built without its key, and the browser
gets "supabaseUrl is required", or the key of a .env file that happens to be there. An ARG in another stage does not help, nor does one
before the first FROM, or behind the RUN that builds.

It is told of the public variables that a compose file, a workflow or a command in a script passes, where a RUN of the Dockerfile is known to build an app (npm run build,
turbo build, ...). Coolify, which writes the ARG lines itself, is passed over. The argument has no effect, so it is not compared
either.

Declare it in the stage that builds, before that RUN.`,
	Bad: `
-- compose.yaml --
services:
  web:
    build:
      context: ./web
      args:
        NEXT_PUBLIC_SUPABASE_ANON_KEY: {{anon}}
-- web/Dockerfile --
FROM node:22 AS deps
# HERE
ARG NEXT_PUBLIC_SUPABASE_ANON_KEY
COPY package.json package-lock.json ./
RUN npm ci

FROM node:22 AS builder
COPY --from=deps /node_modules ./node_modules
COPY . .
RUN npm run build
`,
	Good: `
-- compose.yaml --
services:
  web:
    build:
      context: ./web
      args:
        NEXT_PUBLIC_SUPABASE_ANON_KEY: {{anon}}
-- web/Dockerfile --
FROM node:22 AS deps
COPY package.json package-lock.json ./
RUN npm ci

FROM node:22 AS builder
ARG NEXT_PUBLIC_SUPABASE_ANON_KEY
COPY --from=deps /node_modules ./node_modules
COPY . .
RUN npm run build
`,
	Check: checkBuildArgUnused,
}

var argNotDeclared = lint.Cause{Name: "arg-not-declared", Advice: "Add %s to %s, before the RUN that builds (line %d)."}

func checkBuildArgUnused(p *lint.Pass) {
	var builds []*sites.Build
	declared := map[sources.Position]bool{} // where arguments stand that a build has use for
	for _, b := range p.Builds {
		if b.Arguments == nil || b.Arguments.Idle != "" || b.Project != nil && b.Project.IsCoolify() {
			continue
		}
		builds = append(builds, b)
		for name, arg := range b.Args {
			if b.Made.Reaches(name, b.Target) {
				declared[arg.At()] = true
			}
		}
	}
	for _, b := range builds {
		stage, line, ok := b.Made.Builder(b.Target)
		if !ok {
			continue
		}
		dropped := droppedArgs(p, b)
		setIdle(p, b, stage, dropped)
		// What a YAML anchor gives to several builds is meant for those that declare it.
		dropped = slices.DeleteFunc(dropped, func(arg string) bool { return declared[b.Args[arg].At()] })
		if len(dropped) > 0 {
			reportDropped(p, b, stage, line, dropped)
		}
	}
}

// setIdle marks what a build drops: it does not reach the app.
func setIdle(p *lint.Pass, b *sites.Build, stage sources.Stage, dropped []string) {
	for _, s := range p.Sites {
		if s.Carrier == b.Arguments && slices.Contains(dropped, s.Variable) {
			p.Idle(fmt.Sprintf("%s of %s declares no ARG of that name, so it does not reach the app", nameOf(stage), b.File.Path), s)
		}
	}
}

// nameOf is how the stage that builds is called.
func nameOf(stage sources.Stage) string {
	if stage.Name == "" {
		return "the stage that builds the app"
	}
	return "stage " + stage.Name
}

// droppedArgs are the public variables among the build's arguments that reach no command which
// may build the app: keys before addresses.
func droppedArgs(p *lint.Pass, b *sites.Build) []string {
	var dropped, urls []string
	for _, arg := range slices.Sorted(maps.Keys(b.Args)) {
		name := p.Names.Of(arg)
		switch {
		case name.PublicPrefix == "" || !b.Args[arg].IsSet() || b.Made.Reaches(arg, b.Target):
		case name.URL:
			urls = append(urls, arg)
		case name.Slot.Role() == keys.Public:
			dropped = append(dropped, arg)
		}
	}
	return append(dropped, urls...)
}

// reportDropped reports one build with all that it drops, since one edit mends it.
func reportDropped(p *lint.Pass, b *sites.Build, stage sources.Stage, line int, dropped []string) {
	builder, inFile := nameOf(stage), func(line int) sources.Position { return sources.Position{File: b.File.Path, Line: line} }
	who := builder
	if stage.Name != "" {
		who = builder + ", which builds the app,"
	}
	f := lint.Draft{
		Message: fmt.Sprintf("%s gives the build %s, and %s does not declare %[4]s: BuildKit drops %[4]s without a word, and the app is built without",
			b.Giver, list(dropped), who, them(dropped)),
		Related: []lint.Related{{At: inFile(line), Says: "the app is built here", AtName: true}},
	}
	lines := make([]string, 0, len(dropped))
	for i, arg := range dropped {
		lines = append(lines, "ARG "+arg)
		at, why := inFile(stage.Line), builder+" has no ARG "+arg
		if declared := b.Parsed.Declared(arg); declared != nil {
			at, why = b.At(*declared), "ARG "+arg+" "+elsewhere(b.Parsed, *declared, stage)
		}
		if i == 0 {
			f.Place = lint.AtName(at, b.File.Path+" "+arg).As(p.Names.Of(arg).Slot)
			if b.Parsed.Declared(arg) != nil {
				f.Message += " (" + why + ")"
			}
		} else {
			f.Related = append(f.Related, lint.Related{At: at, Says: why, AtName: true})
		}
		f.Related = append(f.Related, lint.Related{At: b.Args[arg].At(), Says: "given here, and dropped"})
	}
	f.Cause = argNotDeclared.With(list(lines), builder, line)
	for _, s := range p.Sites {
		if s.Carrier == b.Arguments && slices.Contains(dropped, s.Variable) {
			f.Instance = p.NameOf(s)
		}
	}
	p.Report(f)
}

// elsewhere says where an ARG stands that the stage which builds does not see.
func elsewhere(d *sources.Dockerfile, arg sources.Assignment, builder sources.Stage) string {
	switch {
	case arg.Stage < 0:
		return "stands before the first FROM, where no stage sees it"
	case d.Stages[arg.Stage].Line == builder.Line:
		return "stands behind the RUN that builds"
	case d.Stages[arg.Stage].Name != "":
		return "stands in stage " + d.Stages[arg.Stage].Name
	}
	return "stands in another stage"
}

// list joins words for a sentence.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// them is the pronoun for one thing or several.
func them[T any](things []T) string {
	if len(things) == 1 {
		return "it"
	}
	return "them"
}
