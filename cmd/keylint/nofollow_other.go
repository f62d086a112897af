//go:build !unix

package main

// noFollow is of Unix alone; links are looked for before.
const noFollow = 0
