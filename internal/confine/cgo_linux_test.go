//go:build cgo

package confine

const usesC = true
