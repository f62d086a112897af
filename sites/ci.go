package sites

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sites/inventory"
	"github.com/keylint/keylint/sources"
)

// collectCI makes carriers of what the jobs of CI systems, bake files and scripts that build images hand on. A key that stands there is presented by whatever the job
// builds, starts or runs.
func (a *apps) collectCI() {
	seen := map[ciPlace]bool{}
	for _, v := range a.CI() {
		k := a.ofCI(v)
		if v.Image != nil {
			args := map[string]*inventory.Binding{}
			for _, b := range k.Bindings {
				args[b.Name] = b
			}
			a.ciBuilds = append(a.ciBuilds, ciBuild{v, k, args})
		}
		k.Bindings = slices.DeleteFunc(k.Bindings, func(b *inventory.Binding) bool {
			place := ciPlace{b.At(), b.Written(), b.Name, b.Value.Source(), ""}
			for _, u := range k.URLs {
				place.hosts += u.Host + " "
			}
			again := seen[place]
			seen[place] = true
			return again || b.Value.Reason() == noKey
		})
		a.carriers = append(a.carriers, k)
	}
}

// ciPlace tells a variable that was seen before, as a called workflow's or an inherited target's is, beside the same addresses.
type ciPlace struct {
	at, written         sources.Position
	name, source, hosts string
}

// ciBuild is the build of an image by a job, or of a bake file's target.
type ciBuild struct {
	sources.CIVariables
	carrier *inventory.Carrier
	args    map[string]*inventory.Binding
}

// ofCI is the carrier of variables that a job hands on together.
func (a *apps) ofCI(v sources.CIVariables) *inventory.Carrier {
	kind := map[sources.CIKind]inventory.Kind{
		sources.CIBuildArgs: inventory.InBuild, sources.CIEnvFile: inventory.InEnvFile,
		sources.CIEnvironment: inventory.InWorkflow, sources.CIInputs: inventory.InWorkflow,
	}[v.Kind]
	k := &inventory.Carrier{Kind: kind, Name: v.By, File: v.File, App: v.App, Idle: v.Idle, Job: true, ByHand: v.ByHand}
	k.Bindings = a.ciBindings(v, v.Variables)
	around := v.Around
	if v.Local { // the one that was started there goes before what the workflow says of all jobs
		around = nil
	}
	for _, variables := range [][]sources.CIVariable{v.Variables, around, v.Below} {
		if slices.ContainsFunc(variables, func(o sources.CIVariable) bool { return a.Names.Of(o.Name).URL }) {
			k.URLs = a.URLs(a.ciBindings(v, variables))
			break
		}
	}
	k.Environment = a.ciEnvironment(v)
	if len(k.URLs) > 0 {
		k.Development = !slices.ContainsFunc(k.URLs, func(u inventory.URL) bool { return !IsLocal([]string{u.Host}) })
	} else {
		k.Development = v.Local || slices.ContainsFunc(k.Bindings, func(b *inventory.Binding) bool { return keys.Published(b.Value.Text()) == keys.CLI })
	}
	if mode := sources.EnvMode(v.Part); v.Kind == sources.CIEnvFile && mode != "" {
		k.Development = k.Development || len(k.URLs) == 0 && keys.Environment(mode) != keys.Production
	}
	k.Development = k.Development || k.Environment != "" && k.Environment != keys.Production
	for _, b := range k.Bindings {
		if name := a.Names.Of(b.Name); isWord(b.Value, name) {
			b.Value = keys.Unknown(noKey)
		} else if name.Slot.Role() == keys.Signing && b.Value.IsKnown() && keys.Recognize(b.Value.Text()) == "" && v.Kind != sources.CIEnvFile {
			b.Value = keys.Unknown("a secret stands in the job, and whether it is one for tests cannot be told")
		}
		if named := a.Names.Of(b.Value.Property()); a.Names.Of(b.Name).Slot == "" && named.Strong && named.Role() == keys.Server {
			b.Asked = named.Slot
		}
	}
	return k
}

func (a *apps) ciBindings(v sources.CIVariables, variables []sources.CIVariable) []*inventory.Binding {
	var out []*inventory.Binding
	for _, o := range variables {
		holder := v.By + " " + v.Part + " " + o.Name
		if v.Part == "env" {
			holder = v.By + " " + o.Name
		}
		out = append(out, &inventory.Binding{Name: o.Name, Holder: holder, Value: o.Value, Where: inventory.Led(o.At, o.Trace)})
	}
	return out
}

// noKey is why a word in the place of a key counts for nothing, and is no site: builds and tests that only check whether the code
// is sound get such.
const noKey = "a word stands there that is no key"

// isWord says whether a word stands where a key belongs.
func isWord(v keys.Value, name keys.Name) bool {
	return v.IsKnown() && name.Slot != "" && name.Slot.Role() != keys.Signing &&
		(!keys.HasForm(v.Text()) || keys.IsPlaceholder(v.Text()) || keys.IsDummy(v.Text()))
}

// ciEnvironment is the environment that a job's keys are meant for: the one that the name of the address' secret tells, or that
// the job names, or its own name or its file's tells, or else that all names of its secrets tell; empty where nothing does.
func (a *apps) ciEnvironment(v sources.CIVariables) string {
	job := ""
	for _, before := range []string{" job ", " target ", " recipe ", " task ", " script ", " artifact "} {
		if i := strings.LastIndex(v.By, before); i >= 0 {
			job = v.By[i+len(before):]
		}
	}
	address, keysOf := "", ""
	for _, o := range slices.Concat(v.Variables, v.Around) {
		if a.Names.Of(o.Name).URL && address == "" {
			address = o.Value.Property()
		} else {
			keysOf += o.Value.Property() + " "
		}
	}
	file, _, _ := strings.Cut(v.By, " ")
	file = strings.TrimPrefix(path.Base(file), "ci") // which may build anything
	return cmp.Or(keys.OnlyEnvironment(address), keys.OnlyEnvironment(v.Environment), keys.OnlyEnvironment(job), keys.OnlyEnvironment(file), keys.OnlyEnvironment(keysOf))
}

// standsInCI says whether a carrier of CI has the variable that stands at a place, told by its line.
func (a *apps) standsInCI(name string, at sources.Position) bool {
	return slices.ContainsFunc(a.carriers, func(k *inventory.Carrier) bool {
		return k.File == at.File && slices.ContainsFunc(k.Bindings, func(b *inventory.Binding) bool {
			w := b.Written()
			return b.Name == name && w.File == at.File && w.Line == at.Line
		})
	})
}
