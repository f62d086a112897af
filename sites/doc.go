// Package sites finds what stands where: every place of every key, and how the value got
// there.
//
// It goes through three phases, each made of the one before and not added to later:
//
//	inventory  what runs: pods and containers, the environment of each, every reference
//	           followed (package inventory)
//	gateway    what accepts keys: the gateways, and what becomes of each credential of their
//	           configurations (package gateway)
//	sites      what a carrier bears becomes sites
//
// A carrier is a value: the bindings that a parser found (name, value, place, trace), and
// what bears them. One function makes sites of bindings, whichever carrier has them. A new
// carrier is a parser in package sources and a few lines that make a carrier of what it
// finds.
package sites
