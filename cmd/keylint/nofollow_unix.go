//go:build unix

package main

import "golang.org/x/sys/unix"

// noFollow makes the system refuse to open a link.
const noFollow = unix.O_NOFOLLOW
