package decrypt

// LockKind says why something encrypted could not be opened.
type LockKind int

// The kinds. Only the last four are certain to fail in the cluster as well.
const (
	NotTried        LockKind = iota // keylint itself stopped, at a bound or at what it does not evaluate: it proves nothing
	NoKey                           // no private key of that sort was given
	WrongKey                        // none of those given opens it
	CloudKMS                        // it needs a service that keylint never contacts
	BadMAC                          // it was changed after it was encrypted
	Damaged                         // it was cut or is no ciphertext
	Placeholder                     // a template's placeholder stands where ciphertext belongs
	SealedElsewhere                 // it was sealed for another name or namespace
)

// Locked is why something encrypted could not be opened. Reason is a whole sentence
// for the user, without a byte of what is encrypted.
type Locked struct {
	Kind   LockKind
	Reason string

	// Annotation is the one whose absence alone keeps it closed; else empty.
	Annotation string

	Line int // of the file, 0 where none can be named
}
