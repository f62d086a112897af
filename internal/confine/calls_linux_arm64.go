package confine

import "golang.org/x/sys/unix"

// statCalls have another name on every architecture.
var statCalls = []uintptr{unix.SYS_FSTATAT}
