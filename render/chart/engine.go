package chart

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"reflect"
	"regexp"
	"runtime/metrics"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
	"helm.sh/helm/v4/pkg/chart/common"
	chartutil "helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	chartloader "helm.sh/helm/v4/pkg/chart/v2/loader"
	v2 "helm.sh/helm/v4/pkg/chart/v2/util"
	"helm.sh/helm/v4/pkg/engine"

	"github.com/keylint/keylint/keys"
)

// The bounds on the rendering of one chart. Calls, steps and sizes are counted, so that the
// same chart always ends at the same place. Time and memory are the last resort, and end the
// run as a whole: what it would say would hang on the machine.
const (
	maxTemplateCalls = 2_000_000 // calls of template functions, and items that a range goes over
	maxTemplateText  = 16 << 20  // bytes of a text that one of them makes, or of what is rendered
	maxTemplateRange = 100_000   // items of a list that one of them makes
	templateCall     = 50        // what one costs of the budget of the run
	maxTemplateTime  = time.Minute
	maxTemplateHeap  = 2 << 30 // bytes beyond those at the start
)

// ErrTooMuch says that a template is not filled in, because that has no end in sight.
var ErrTooMuch = errors.New("it goes on for longer than is bearable")

// renderTemplates lets Helm's own library render a chart. The result is by template, named
// as in the chart, behind the chart's name.
//
// Templates reach nothing but the chart: Helm's engine offers neither the environment nor
// the network to them without a client, Files serves the chart's own, and what is random
// or depends on the day stands for an unknown value. decided is what it decides by the text of a secret; the zero decision where there is none.
func renderTemplates(files []*archive.BufferedFile, values map[string]any, name, namespace string, d *decisions, spend func(int) bool) (rendered map[string]string, decided decision, err error) {
	if d.namesHold(values) {
		d.by = "a name among the values"
	}
	rendered, err = renderOnce(files, values, name, namespace, d, spend)
	decided.untested = d.untested
	if d.by == "" || errors.Is(err, ErrTooMuch) {
		return rendered, decided, err
	}
	decided.by = d.by
	if _, again := renderOnce(files, values, name, namespace, &decisions{words: d.words, given: d.given, halt: true}, spend); again != nil {
		decided.file, decided.line, _ = explainChart(again)
	}
	return rendered, decided, err
}

// decision is where the templates of a chart decide by the text of a secret, first of all.
type decision struct {
	by   string // the function
	file string // empty where that cannot be told
	line int

	untested bool // the schema of its values asks for something in such a text
}

func renderOnce(files []*archive.BufferedFile, values map[string]any, name, namespace string, d *decisions, spend func(int) bool) (map[string]string, error) {
	own := make([]*archive.BufferedFile, len(files)) // the loader renames what it is given
	for i, f := range files {
		own[i] = &archive.BufferedFile{Name: f.Name, Data: f.Data}
		if strings.Contains(f.Name, "templates/") {
			text, err := withSteps(f.Name, string(f.Data))
			if err != nil {
				return nil, err
			}
			if path.Base(f.Name) == notes && onlyTells(f, files) {
				text = "{{" + quietFunction + " true}}" + text + "{{" + quietFunction + " false}}"
			}
			own[i].Data = []byte(text)
		}
	}
	if expandsTooOften(files) {
		return nil, ErrTooMuch
	}
	return bounded(func() (map[string]string, error) {
		c, err := chartloader.LoadFiles(own)
		if err != nil {
			return nil, err
		}
		if err := v2.ProcessDependencies(c, values); err != nil {
			return nil, err
		}
		capabilities, err := d.cluster.capabilities()
		if err != nil {
			return nil, err
		}
		top, err := chartutil.ToRenderValuesWithSchemaValidation(c, values, d.cluster.options(name, namespace), capabilities, true)
		if err != nil {
			return nil, err
		}
		if err := d.fitSchemas(c, top["Values"].(common.Values), spend); err != nil {
			return nil, err
		}
		return engine.Engine{CustomTemplateFuncs: boundedFunctions(d, spend)}.RenderWithContext(context.Background(), c, top)
	})
}

// Exhausted is the panic that ends a run in which a chart takes more time or memory than there
// is, by a way that is not counted. It is an error for the user.
type Exhausted struct{ what string }

func (e Exhausted) Error() string { return "rendering a chart takes more than " + e.what }

// bounded runs a rendering, and ends the run where it takes too long or too much memory. A
// goroutine cannot be stopped from outside.
func bounded(render func() (map[string]string, error)) (map[string]string, error) {
	type result struct {
		out map[string]string
		err error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if p := recover(); p != nil {
				r = result{nil, ErrTooMuch}
			}
			done <- r
		}()
		r.out, r.err = render()
	}()
	start := heapSize()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(maxTemplateTime)
	for {
		select {
		case r := <-done:
			total := 0
			for _, text := range r.out {
				total += len(text)
			}
			if total > maxTemplateText {
				return nil, ErrTooMuch
			}
			return r.out, r.err
		case <-deadline:
			panic(Exhausted{"a minute"})
		case <-tick.C:
			if heapSize() > start+maxTemplateHeap {
				panic(Exhausted{"2 GiB of memory"})
			}
		}
	}
}

func heapSize() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// boundedFunctions are the functions of templates, each call counted. Those that make
// much of little are bounded, and those that are random or ask the clock are replaced.
func boundedFunctions(d *decisions, spend func(int) bool) template.FuncMap {
	calls := 0
	count := func(n int) {
		if calls += n; calls > maxTemplateCalls || !spend(n*templateCall) {
			panic(ErrTooMuch)
		}
	}
	out := functions(d, count)
	maps.Copy(out, steps(count, d))
	return out
}

// functions are those that a template calls by name.
func functions(d *decisions, count func(int)) template.FuncMap {
	out := builtins(count)
	maps.Copy(out, comparisons(count))
	for _, functions := range []template.FuncMap{sprig.TxtFuncMap(), encoders} {
		for name, f := range functions {
			if slices.Contains(changers, name) {
				f = unlooped(f, count)
			}
			out[name] = counted(f, count)
		}
	}
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(out, name) // Helm has the first two not, and the last as an empty answer
	}
	generated := func(...any) string {
		count(1)
		return d.words.Word(keys.Unknown("the chart generates it when it is installed"))
	}
	for _, name := range []string{
		"randAlphaNum", "randAlpha", "randAscii", "randNumeric", "randBytes", "uuidv4", "genPrivateKey",
		"derivePassword", "bcrypt", "htpasswd", "encryptAES",
	} {
		out[name] = generated
	}
	for _, name := range []string{"genCA", "genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey"} {
		out[name] = func(...any) certificate { return certificate{generated(), generated()} }
	}
	out["lookup"] = d.cluster.lookup
	out["shuffle"] = func(s string) string { return s }
	out["now"] = func() time.Time { return time.Unix(0, 0).UTC() }
	for _, name := range []string{"until", "untilStep", "seq", "repeat", "indent", "nindent"} {
		out[name] = small(name, out[name], count)
	}
	for name, f := range out {
		out[name] = d.aware(name, f)
	}
	return out
}

// certificate is what templates get of the functions that make one.
type certificate struct{ Cert, Key string }

// counted is the function with a look at the budget before each call, at what a text is to be made
// of, and at the size of the text that comes out.
func counted(f any, count func(int)) any {
	v := reflect.ValueOf(f)
	return reflect.MakeFunc(v.Type(), func(args []reflect.Value) []reflect.Value {
		count(1)
		var results []reflect.Value
		switch v.Type().Out(0).Kind() {
		case reflect.String:
			for _, arg := range args {
				walk(arg, 0, count)
			}
		case reflect.Map, reflect.Slice:
			count(containerCost)
		}
		if v.Type().IsVariadic() {
			results = v.CallSlice(args)
		} else {
			results = v.Call(args)
		}
		if len(results) > 0 && results[0].Kind() == reflect.String && results[0].Len() > maxTemplateText {
			panic(ErrTooMuch)
		}
		return results
	}).Interface()
}

// small refuses arguments that would make a text or a list of any size.
func small(name string, f any, count func(int)) any {
	v := reflect.ValueOf(f)
	return reflect.MakeFunc(v.Type(), func(args []reflect.Value) []reflect.Value {
		count(1)
		if !isSmall(name, args) {
			panic(ErrTooMuch)
		}
		if v.Type().IsVariadic() {
			return v.CallSlice(args)
		}
		results := v.Call(args)
		if results[0].Kind() == reflect.Slice { // each item is gone through
			count(results[0].Len())
		}
		return results
	}).Interface()
}

func isSmall(name string, args []reflect.Value) bool {
	integer := func(v reflect.Value) int64 {
		if v.CanInt() {
			return v.Int()
		}
		return 0
	}
	switch name {
	case "repeat", "indent", "nindent":
		size := integer(args[0])
		text := int64(strings.Count(args[1].String(), "\n") + 1)
		if name == "repeat" {
			text = int64(args[1].Len())
		}
		return size <= 0 || text == 0 || size <= maxTemplateText/text
	case "until":
		return max(integer(args[0]), -integer(args[0])) <= maxTemplateRange
	case "untilStep":
		step := integer(args[2])
		return step == 0 || (integer(args[1])-integer(args[0]))/step <= maxTemplateRange
	}
	ends := args[0] // seq, whose arguments come as a slice: first, step, last
	for i := 0; i < ends.Len(); i++ {
		if n := integer(ends.Index(i)); n > maxTemplateRange || n < -maxTemplateRange {
			return false
		}
	}
	return true
}

// explainChart says where and why a chart did not render. Helm's own text is not
// repeated: it quotes values.
func explainChart(err error) (where string, line int, why string) {
	text := err.Error()
	if m := templatePlace.FindStringSubmatch(text); m != nil {
		where = m[1]
		_, _ = fmt.Sscan(m[2], &line)
	}
	switch {
	case errors.Is(err, ErrTooMuch) || strings.Contains(text, ErrTooMuch.Error()):
		return where, line, "its templates go on for longer, or make more, than is bearable"
	case noTemplate.MatchString(text):
		return where, line, "it uses the template " + noTemplate.FindStringSubmatch(text)[1] + ", which no chart at hand defines; a library chart is probably missing"
	case errors.Is(err, errUnfit):
		why := "the values do not fit the chart's values.schema.json"
		if m := schemaPath.FindStringSubmatch(text); m != nil {
			why += ", at " + m[1]
		}
		return "", 0, why
	case refuses(err):
		return where, line, "the template itself refuses these values (required or fail)"
	case strings.Contains(text, "nil pointer evaluating"):
		return where, line, "the template reads below a value that is not given"
	case strings.Contains(text, "invalid value; expected"):
		return where, line, "the template uses a value that is not given"
	case strings.Contains(text, "wrong type for value") || strings.Contains(text, "error calling"):
		return where, line, "a function of the template cannot work with the value that it gets"
	case strings.Contains(text, "parse error"):
		return where, line, "the template cannot be parsed"
	case strings.Contains(text, "Chart.yaml") || strings.Contains(text, "chart.metadata"):
		return "", 0, "its Chart.yaml is not that of a chart"
	case strings.Contains(text, "values.yaml"):
		return "", 0, "its values.yaml is not YAML"
	}
	return where, line, "Helm cannot render it"
}

// refuses says whether a template itself ended the rendering, by required or fail.
func refuses(err error) bool {
	return strings.Contains(err.Error(), "execution error at") || strings.Contains(err.Error(), "error calling fail")
}

var (
	templatePlace = regexp.MustCompile(`([\w.-]+/[\w./-]+\.(?:ya?ml|tpl|txt|json)):([0-9]+)`)
	noTemplate    = regexp.MustCompile(`no template "([\w./-]+)"`)
	schemaPath    = regexp.MustCompile(`at '(/[\w./-]*)'`)
)
