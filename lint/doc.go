// Package lint knows what must agree. It is the only package that does.
//
//	group    sites that must agree become an instance, by named evidence (instance.go,
//	         evidence.go)
//	compare  every site is agree, disagree or cannot tell (compare.go, lengths.go)
//	check    rules turn what is wrong into findings (check.go, pass.go); they are in package
//	         rules, and see a Pass
//
// The law behind most rules: every presented key is a member of the accepted set of
// its role in its instance, and every stored key that something presents equals it
// byte for byte. Membership, not equality: an app may present the legacy anon JWT or
// the publishable key. What cannot be known is said, never guessed.
package lint
