// Package keys says what a Supabase key is: its slot, what its name promises, what
// its text says, who signed it, and how two texts differ. It is pure: values in,
// values out. It opens no file and imports no other package of keylint.
//
// Text is the only type that holds a key's text, behind a closure; Value adds the
// third possibility, a key that exists but could not be read; Ledger remembers every
// text of a run, so that none of them reaches the output.
package keys
