// Package rules says what is wrong: a file a rule, written against lint's Pass.
//
// A rule that finds a cause explains its sites, and no later rule reports what merely
// follows from it. What several rules share stands in files of its own: membership.go (the
// four rules of what is accepted), advice.go (how to mend a key that differs), gateways.go.
package rules
