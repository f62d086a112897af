package inventory

import (
	"slices"

	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// Binding is a name with its value, as a carrier has it: a container's variable, a line of a
// .env file, a build argument, a data key, a gateway's credential.
type Binding struct {
	Name   string // of the variable or data key; empty where the key stands in none
	Holder string // how it is called in messages
	Value  keys.Value
	Entry  *EntryRef // the Secret or ConfigMap entry that the value was read from
	Broken *Dangling // the reference that leads nowhere, which is why there is no value

	// Slot and Role are what it holds by the account of what bears it, a gateway's consumer;
	// empty where name and value decide. Asked is the slot that a reader takes it for.
	Slot, Asked keys.Slot
	Role        keys.Role
	Consumer    string // of a gateway, whose credential it is; empty where the gateway knows none

	Asks []string // of a proxy that sends it on for whoever asks, the hosts at which it is asked; none where only some may

	Unset string // compose's variable that it is, where no file here sets it; empty for any other

	RefusedAt []sources.HostRefusal // of a gateway's credential, at which hosts it is not known to let it pass

	Doubt string // why it is not known that what it holds has the effect that it has where it stands; empty where it is

	Scheme      bool   // it is sent in the header apikey behind the word Bearer
	SentTo      string // of a command or a probe, the host that it asks; empty where that is not known
	Exposed     string // by what it is written into what whoever has the app gets, where its name does not say so; empty where it does, or is not
	Withheld    bool   // its name says so, and what builds the app does not
	Placeholder bool   // a word that a person was to replace, which makes the value unknown
	NotBase64   bool   // it stands in the open where base64 belongs

	// Inside leads from a place in a literal value to its place on disk; nil for any other.
	Inside func(line, column, end int) sources.Position

	Where  Placement
	named  func() sources.Position // finds where the name stands; nil where that is not apart from the value
	locate func() Placement        // finds where at the first call; nil afterwards, and where it is known
}

// Placement is where a value is used and written.
type Placement struct {
	at      sources.Position // where it is used
	Written sources.Position // where a person would edit it
	Trace   []sources.Step   // from the one to the other
	copied  sources.Position // where it is said that a controller copies the entry to where it is read; nowhere where none does
}

// placed finds the binding's place. Most variables of most containers bear no key, and theirs
// is never asked for.
func (b *Binding) placed() Placement {
	if b.locate != nil {
		b.Where, b.locate = b.locate(), nil
		if b.Where.Written.File == "" {
			b.Where.Written = b.Where.at
		}
	}
	return b.Where
}

// At is where the value is used, Written where a person would edit it, and Trace the steps
// from the one to the other.
func (b *Binding) At() sources.Position      { return b.placed().at }
func (b *Binding) Written() sources.Position { return b.placed().Written }
func (b *Binding) Trace() []sources.Step     { return b.placed().Trace }

// Copied is where it is said that a controller copies the entry into the namespace in which it is
// read; nowhere where none does.
func (b *Binding) Copied() sources.Position { return b.placed().copied }

// NamedAt is where the variable gets its name, as far as that is known.
func (b *Binding) NamedAt() sources.Position {
	if b.named == nil {
		return b.At()
	}
	return b.named()
}

// IsSet says whether the variable has, or may have, a value; false of nil.
func (b *Binding) IsSet() bool { return b != nil && (!b.Value.IsKnown() || b.Value.Text().Len() > 0) }

// InHeader is the key in a value that is a header's, "Bearer" and a key; the binding itself where it is none.
func (b *Binding) InHeader() *Binding {
	key, ok := keys.InHeader("Authorization", b.Value.Text().Reveal())
	if !b.Value.IsKnown() || !ok || keys.Recognize(key.Text) == "" {
		return b
	}
	of := *b
	of.Value, of.Inside = keys.Known(key.Text), nil
	of.locate = func() Placement {
		p := b.placed()
		p.at, p.Written = behind(p.at, key.Offset, key.Len()), behind(p.Written, key.Offset, key.Len())
		p.Trace = slices.Clone(p.Trace)
		for i := range p.Trace {
			p.Trace[i].At = behind(p.Trace[i].At, key.Offset, key.Len())
		}
		return p
	}
	return &of
}

// behind is the place of what stands at the end of a text, where that is all that stands at the place.
func behind(at sources.Position, offset, length int) sources.Position {
	if at.EndColumn-at.Column == offset+length {
		at.Column += offset
	}
	return at
}

// Stands is the place of a value that is written where it is used.
func Stands(at sources.Position, steps ...sources.Step) Placement {
	return Placement{at: at, Written: at, Trace: steps}
}

// Led is the place of a value that steps lead to from where it is used; where there are none, it is written there.
func Led(at sources.Position, steps []sources.Step) Placement {
	p := Placement{at: at, Written: at, Trace: steps}
	if len(steps) > 0 {
		p.Written = steps[len(steps)-1].At
	}
	return p
}
