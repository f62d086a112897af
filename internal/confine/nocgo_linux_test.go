//go:build !cgo

package confine

const usesC = false
