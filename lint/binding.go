package lint

import (
	"github.com/keylint/keylint/keys"
	"github.com/keylint/keylint/sources"
)

// binding is a name with its value, as a carrier has it: a container's variable, a line of a
// .env file, a build argument, a data key, a gateway's credential.
type binding struct {
	name   string // of the variable or data key; empty where the key stands in none
	holder string // how it is called in messages
	value  keys.Value
	entry  *entryRef    // the Secret or ConfigMap entry that the value was read from
	broken *danglingRef // the reference that leads nowhere, which is why there is no value

	// slot and role are what it holds by the account of what bears it, a gateway's consumer;
	// empty where name and value decide. asked is the slot that a reader takes it for.
	slot, asked keys.Slot
	role        keys.Role

	placeholder bool // a word that a person was to replace, which makes the value unknown
	notBase64   bool // it stands in the open where base64 belongs

	// inside leads from a place in a literal value to its place on disk; nil for any other.
	inside func(line, column, end int) sources.Position

	where  placement
	locate func() placement // finds where at the first call; nil afterwards, and where it is known
}

// placement is where a value is used and written.
type placement struct {
	at      sources.Position // where it is used
	written sources.Position // where a person would edit it
	trace   []sources.Step   // from the one to the other
}

// placed finds the binding's place. Most variables of most containers bear no key, and theirs
// is never asked for.
func (b *binding) placed() placement {
	if b.locate != nil {
		b.where, b.locate = b.locate(), nil
		if b.where.written.File == "" {
			b.where.written = b.where.at
		}
	}
	return b.where
}

func (b *binding) at() sources.Position      { return b.placed().at }
func (b *binding) written() sources.Position { return b.placed().written }
func (b *binding) trace() []sources.Step     { return b.placed().trace }

// isSet says whether the variable has, or may have, a value; false of nil.
func (b *binding) isSet() bool { return b != nil && (!b.value.IsKnown() || b.value.Text().Len() > 0) }

// stands is the place of a value that is written where it is used.
func stands(at sources.Position, steps ...sources.Step) placement {
	return placement{at: at, written: at, trace: steps}
}
