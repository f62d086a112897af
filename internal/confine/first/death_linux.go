package first

import (
	"bytes"
	"syscall"
)

// deaths say of what the runtime writes when it gives up a process what is told of it. The first that is found counts.
var deaths = []struct{ text, sentence string }{
	{"stack overflow", "stopped: something is nested too deeply to be followed"},
	{"goroutine stack exceeds", "stopped: something is nested too deeply to be followed"},
	{"out of memory", outOfMemory},
	{"cannot allocate", outOfMemory},
	{"failed to reserve", outOfMemory},
	{"failed to create new OS thread", noThread},
	{"pthread_create failed", noThread},
	{"panic: ", brokeOff},
	{"fatal error: ", brokeOff},
	{"SIGSYS", unknownCall},
	{"SIGQUIT", ""}, // which a user sends
	{"PC=", brokeOff},
}

const (
	outOfMemory = "stopped: out of memory, in one step that asked for too much; --max-memory raises what it may take"
	brokeOff    = "internal error in the background; this is a bug in keylint, please report it with the command line"
	noThread    = "stopped: the system gives no further thread; its limit on processes is too low (ulimit -u)"
	unknownCall = "stopped: the system ended the run for a call that keylint does not expect of itself; please report it with the system's version"
)

// diedOf is the sentence for what a process wrote when it ended with the runtime's status; empty where the runtime did not end it.
func diedOf(last []byte) string {
	for _, d := range deaths {
		if bytes.Contains(last, []byte(d.text)) {
			return d.sentence
		}
	}
	return ""
}

// killedBy is the sentence for a signal that no user sends.
func killedBy(s syscall.Signal) string {
	switch s {
	case syscall.SIGKILL:
		return "stopped: the system killed the run, most likely because memory or processor time ran out; fewer paths take less, --max-memory and --timeout say how much it may be"
	case syscall.SIGSYS:
		return unknownCall
	}
	return "stopped: the run was ended by the signal \"" + s.String() + "\""
}
