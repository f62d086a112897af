package chart

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"helm.sh/helm/v4/pkg/chart/loader/archive"
	v2 "helm.sh/helm/v4/pkg/chart/v2"
)

// Helm's own library compiles a chart's values.schema.json with a loader that fetches what "$ref" names, from the network and
// from any file of the machine. keylint tests the values as Helm does, without those references, and with a loader that opens
// nothing.

// schemaName is what the file is called, and schemaAddress what Helm calls it when it compiles it.
const (
	schemaName    = "values.schema.json"
	schemaAddress = "file:///" + schemaName
)

// fitSchemas tests the values of a chart, and of those in it, by their schemas. What a schema asks of a text that stands for another one is not
// known to be so or not, and is remembered.
func (d *decisions) fitSchemas(c *v2.Chart, values map[string]any, spend func(int) bool) error {
	if c.Schema != nil {
		err := fitSchema(c.Schema, values, spend)
		if refused := (*jsonschema.ValidationError)(nil); errors.As(err, &refused) && !d.isRefused(refused, values) {
			d.untested, err = true, nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errUnfit, err)
		}
	}
	for _, sub := range c.Dependencies() {
		switch below := values[sub.Name()].(type) {
		case nil: // nothing is given
		case map[string]any:
			if err := d.fitSchemas(sub, below, spend); err != nil {
				return err
			}
		default:
			return errUnfit
		}
	}
	return nil
}

// isRefused says whether a schema refuses values whatever the words in them stand for.
func (d *decisions) isRefused(e *jsonschema.ValidationError, values map[string]any) bool {
	certain := func(cause *jsonschema.ValidationError) bool { return d.isRefused(cause, values) }
	switch e.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.AllOf, *kind.Reference:
		return slices.ContainsFunc(e.Causes, certain)
	case *kind.AnyOf, *kind.OneOf:
		if len(e.Causes) > 0 {
			return !slices.ContainsFunc(e.Causes, func(cause *jsonschema.ValidationError) bool { return !certain(cause) })
		}
	case *kind.Enum, *kind.Const, *kind.Format, *kind.Pattern, *kind.MinLength, *kind.MaxLength, *kind.ContentEncoding, *kind.ContentMediaType,
		*kind.ContentSchema, *kind.Not, *kind.Contains, *kind.MinContains, *kind.MaxContains, *kind.UniqueItems, *kind.PropertyNames, *kind.FalseSchema:
	default:
		return true
	}
	return !d.within([]reflect.Value{reflect.ValueOf(valueAt(values, e.InstanceLocation))})
}

func fitSchema(text []byte, values map[string]any, spend func(int) bool) (err error) {
	defer func() {
		switch recover() {
		case nil:
		case ErrTooMuch:
			err = ErrTooMuch
		default: // as Helm does: the library panics at some values
			err = errUnfit
		}
	}()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	withoutOthers(parsed)
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(nothing{})
	compiler.RegisterVocabulary(&jsonschema.Vocabulary{URL: "keylint:visits", Compile: func(*jsonschema.CompilerContext, map[string]any) (jsonschema.SchemaExt, error) {
		return visits{spend}, nil
	}})
	compiler.AssertVocabs()
	if err := compiler.AddResource(schemaAddress, parsed); err != nil {
		return err
	}
	schema, err := compiler.Compile(schemaAddress)
	if err != nil {
		return err
	}
	return schema.Validate(values)
}

// visitCost is what it costs to hold a value against a schema.
const visitCost = 2_000

// visits counts how often a value is held against a schema, of which each is an extension to the library: forty that each refer to the next twice
// are visited a million million times.
type visits struct{ spend func(int) bool }

func (v visits) Validate(*jsonschema.ValidatorContext, any) {
	if !v.spend(visitCost) {
		panic(ErrTooMuch)
	}
}

var errUnfit = errors.New("the values do not fit the schema")

// nothing is a loader that opens nothing, such as the language that a schema says to be written in ("$schema") where it is
// none that the library knows.
type nothing struct{}

func (nothing) Load(string) (any, error) { return nil, errors.New("it is not in the schema") }

// withoutOthers takes the references to other schemas out of one, which then ask nothing of the values, and says whether
// there was any.
func withoutOthers(schema any) (found bool) {
	switch schema := schema.(type) {
	case map[string]any:
		for _, name := range []string{"$ref", "$dynamicRef", "$recursiveRef"} {
			if to, ok := schema[name].(string); ok && !strings.HasPrefix(to, "#") {
				delete(schema, name)
				found = true
			}
		}
		for _, v := range schema {
			found = withoutOthers(v) || found
		}
	case []any:
		for _, v := range schema {
			found = withoutOthers(v) || found
		}
	}
	return found
}

// leadsElsewhere is the file among a chart's whose schema refers to another one; empty where none does.
func leadsElsewhere(files []*archive.BufferedFile) string {
	for _, f := range files {
		if path.Base(f.Name) != schemaName {
			continue
		}
		if schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(f.Data)); err == nil && withoutOthers(schema) {
			return f.Name
		}
	}
	return ""
}
