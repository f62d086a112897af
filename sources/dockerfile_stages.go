package sources

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// Stage is one FROM.
type Stage struct {
	Name   string // behind AS
	From   string // the image, or the name of an earlier stage; as it is written where it cannot be told
	Line   int
	Copies bool // it copies from the build context

	written string   // what stands behind FROM
	takes   []string // the stages and images that it copies from or mounts
	runs    []run
	image   stageImage
}

// run is one RUN.
type run struct {
	line  int
	text  string
	flags []string
}

// stageOf reads "image AS name".
func stageOf(n *parser.Node) Stage {
	s := Stage{Line: n.StartLine}
	words := words(n)
	if len(words) > 0 {
		s.From, s.written = words[0], words[0]
	}
	if len(words) == 3 && strings.EqualFold(words[1], "as") {
		s.Name = words[2]
	}
	return s
}

// copy takes in a COPY or ADD.
func (s *Stage) copy(n *parser.Node, fromContext bool) {
	s.Copies = s.Copies || fromContext
	for _, flag := range n.Flags {
		if from, ok := strings.CutPrefix(flag, "--from="); ok {
			s.takes = append(s.takes, from)
		}
	}
}

var mountedStage = regexp.MustCompile(`\bfrom=([^,]+)`)

// run takes in a RUN, with the scripts that stand in it as here-documents.
func (s *Stage) run(n *parser.Node) {
	text := strings.Join(words(n), " ")
	for _, h := range n.Heredocs {
		text += "\n" + h.Content
	}
	s.runs = append(s.runs, run{n.StartLine, text, n.Flags})
	for _, flag := range n.Flags {
		if m := mountedStage.FindStringSubmatch(flag); m != nil {
			s.takes = append(s.takes, m[1])
		}
	}
}

// copied lists the sources of a COPY or ADD; none where they come from another stage.
func copied(n *parser.Node) []string {
	for _, flag := range n.Flags {
		if strings.HasPrefix(flag, "--from=") {
			return nil
		}
	}
	all := words(n)
	if len(all) < 2 {
		return nil
	}
	return all[:len(all)-1]
}

var (
	// buildsApp matches a command that builds a web app: npm run build, turbo run build --filter web.
	buildsApp = regexp.MustCompile(`\b(?:npm|yarn|pnpm|bun|npx|bunx|next|vite|nuxt|nuxi|astro|turbo|nx|ng|gatsby|react-scripts|vue-cli-service|rush|lerna)\b[^\n;&|]*[\s:]build(?:[\s:;&|"']|$)|\bexpo\s+export\b`)

	// mayBuild matches whatever else may: a script, make.
	mayBuild = regexp.MustCompile(`build|make|export|generate|\.sh\b|\.m?js\b`)
	noBuild  = regexp.MustCompile(`build-(?:base|essential|deps|from-source)|\.build-deps|automake|cmake`)
)

// builds is the line of the stage's last RUN that builds an app; 0 where none does.
func (s Stage) builds() int {
	for _, r := range slices.Backward(s.runs) {
		if buildsApp.MatchString(r.text) {
			return r.line
		}
	}
	return 0
}

// mayUse says whether a RUN behind the line may build an app, or names the variable.
func (s Stage) mayUse(name string, line int) bool {
	return slices.ContainsFunc(s.runs, func(r run) bool {
		return r.line > line && (mayBuild.MatchString(noBuild.ReplaceAllString(r.text, "")) || strings.Contains(r.text, name))
	})
}

// chain is a stage with those that it is FROM, whose ARGs and ENVs it inherits.
func (d *Dockerfile) chain(stage int) map[int]bool {
	chain := map[int]bool{}
	for stage >= 0 && !chain[stage] {
		chain[stage] = true
		stage = d.stage(d.Stages[stage].From, stage)
	}
	return chain
}

// stage is the number of the stage of that name, or number, before another one; -1 where it is
// none but an image. Of several of a name the last counts.
func (d *Dockerfile) stage(name string, before int) int {
	if n, err := strconv.Atoi(name); err == nil && n >= 0 && n < before {
		return n
	}
	for n, s := range slices.Backward(d.Stages[:before]) {
		if s.Name != "" && strings.EqualFold(s.Name, name) {
			return n
		}
	}
	return -1
}

// mayBeStage says whether a name with a variable in it of which it cannot be told what that is may be the name of a stage
// before another one: FROM base-${TARGETARCH}.
func (d *Dockerfile) mayBeStage(name string, before int) bool {
	const any = "\x00"
	named := os.Expand(name, func(string) string { return any })
	form, err := regexp.Compile("(?i)^" + strings.ReplaceAll(regexp.QuoteMeta(named), any, ".*") + "$")
	return err == nil && named != name && slices.ContainsFunc(d.Stages[:before], func(s Stage) bool { return s.Name != "" && form.MatchString(s.Name) })
}

// reached are the stages that are built for a target, or for the last one where it is empty:
// BuildKit leaves out what that one takes nothing from.
func (d *Dockerfile) reached(target string) map[int]bool {
	reached := map[int]bool{}
	var visit func(stage int)
	visit = func(stage int) {
		if stage < 0 || reached[stage] {
			return
		}
		reached[stage] = true
		for _, name := range append([]string{d.Stages[stage].From}, d.Stages[stage].takes...) {
			visit(d.stage(name, stage))
		}
	}
	if target == "" {
		visit(len(d.Stages) - 1)
	} else {
		visit(d.stage(target, len(d.Stages)))
	}
	return reached
}

// AppBuild lists the assignments that are in force where a build for the target builds the app: those before the command
// that does, in the last stage that has one, or else those of the last that copies from the context; and those of the
// stages that it is made of.
func (d *Dockerfile) AppBuild(target string) []Assignment {
	reached := d.reached(target)
	all := len(reached) == 0 || !d.certain(reached)
	last, line := -1, 0
	for i, s := range d.Stages {
		if !all && !reached[i] {
			continue
		}
		if b := s.builds(); b > 0 || s.Copies && line == 0 {
			last, line = i, b
		}
	}
	if last < 0 {
		return d.Assignments
	}
	chain := d.chain(last)
	var out []Assignment
	env := map[string]int{} // the stage that first has an ENV of the name
	for _, a := range d.Assignments {
		if _, ok := env[a.Name]; !ok && !a.Arg && chain[a.Stage] {
			env[a.Name] = a.Stage
		}
	}
	for _, a := range d.Assignments {
		first, shadowed := env[a.Name]
		shadowed = shadowed && a.Arg && first <= a.Stage && a.Stage < last // as newScope has it
		if chain[a.Stage] && !shadowed && (a.Stage < last || line == 0 || a.begin < line) {
			out = append(out, a)
		}
	}
	return out
}

// Origin is the assignment whose text another one has for its value.
func (d *Dockerfile) Origin(a Assignment) Assignment { return d.Assignments[a.by] }

// certain says that no variable may say which stage one of these is FROM.
func (d *Dockerfile) certain(stages map[int]bool) bool {
	for i := range stages {
		if s := d.Stages[i]; s.From == s.written && d.mayBeStage(s.From, i) { // in what a variable holds none is looked for
			return false
		}
	}
	return true
}

// Builder is the stage that builds the app for a target, and the line of its RUN that does;
// false where that is not certain.
func (d *Dockerfile) Builder(target string) (stage Stage, line int, ok bool) {
	reached := d.reached(target)
	if !d.certain(reached) {
		return Stage{}, 0, false
	}
	for i, s := range slices.Backward(d.Stages) {
		if line := s.builds(); reached[i] && line > 0 {
			return s, line, true
		}
	}
	return Stage{}, 0, false
}

// Reaches says whether a build argument may reach a command that builds the app: a stage that
// is built for the target, or one that it is FROM, declares it before that command. One that is
// declared before the first FROM is not seen by any stage that does not name it again
// (docs.docker.com/reference/dockerfile: "Understand how ARG and FROM interact").
func (d *Dockerfile) Reaches(name, target string) bool {
	for i := range d.reached(target) {
		chain := d.chain(i)
		for _, a := range d.Assignments {
			if !a.Arg || a.Name != name || !chain[a.Stage] {
				continue
			}
			if d.Stages[i].mayUse(name, a.Line) {
				return true
			}
		}
	}
	return false
}

// Declared is the first ARG of that name; nil where there is none.
func (d *Dockerfile) Declared(name string) *Assignment {
	for i, a := range d.Assignments {
		if a.Arg && a.Name == name {
			return &d.Assignments[i]
		}
	}
	return nil
}
