// Package lint knows what must agree. It is the only package that does.
//
// Data flows through it once:
//
//	collect  forms and objects become sites (collect_*.go)
//	resolve  a reference or a placeholder is followed to where its value is
//	         written: variables (environment.go), and what a pod's scripts make of a
//	         gateway's configuration (pod.go, collect_kong.go, collect_envoy.go)
//	group    sites that must agree become an instance (instance.go, join.go)
//	compare  every site is agree, disagree or cannot tell (compare.go)
//	check    rules turn what is wrong into findings (rule_*.go)
//
// The law behind most rules: every presented key is a member of the accepted set of
// its role in its instance, and every stored key that something presents equals it
// byte for byte. Membership, not equality: an app may present the legacy anon JWT or
// the publishable key. What cannot be known is said, never guessed.
package lint
