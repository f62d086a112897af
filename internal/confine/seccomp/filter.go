//go:build linux && (amd64 || arm64)

package seccomp

// instruction is one of classic BPF (struct sock_filter).
type instruction struct {
	code     uint16
	yes, no  uint8 // how many instructions a comparison leaves out
	constant uint32
}

// The instructions' codes, and where the kernel puts what they load (struct seccomp_data). Both
// architectures that are known have the low half of an argument first.
const (
	load, equal, atLeast, and, answer = 0x20, 0x15, 0x35, 0x54, 0x06

	offsetCall, offsetArchitecture, offsetArguments, argumentSize = 0, 4, 16, 8
)

const killAll Answer = 0x80000000

// firstForeign is the first number of the calls of x32, a second set that amd64 has.
const firstForeign = 0x40000000

// assemble makes a program that asks the rules in their order. What none of them answers gets
// the last answer. A call of another architecture, whose numbers mean other calls, ends the
// process.
func assemble(rules []Rule, rest Answer) []instruction {
	program := []instruction{
		{code: load, constant: offsetArchitecture},
		{code: equal, yes: 1, constant: architecture},
		{code: answer, constant: uint32(killAll)},
		{code: load, constant: offsetCall},
		{code: atLeast, no: 1, constant: firstForeign},
		{code: answer, constant: uint32(killAll)},
	}
	for _, r := range rules {
		if t := r.When; t != nil {
			program = append(program,
				instruction{code: equal, no: 5, constant: uint32(r.Call)},
				instruction{code: load, constant: uint32(offsetArguments + argumentSize*t.Argument)},
				instruction{code: and, constant: t.Mask},
				instruction{code: equal, no: 1, constant: t.Value},
				instruction{code: answer, constant: uint32(r.Answer)},
				instruction{code: load, constant: offsetCall})
			continue
		}
		program = append(program,
			instruction{code: equal, no: 1, constant: uint32(r.Call)},
			instruction{code: answer, constant: uint32(r.Answer)})
	}
	return append(program, instruction{code: answer, constant: uint32(rest)})
}
