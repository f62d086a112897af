// Package stores knows which Secrets controllers in the cluster make of other objects, of
// what is not in the repository, or not in the clear: a file for each kind of store.
//
// Of a SealedSecret the values are unsealed when somebody asks for them (sealed.go). What an
// operator makes of a store elsewhere is a Secret of unknown values that know where they
// lie, which is enough to tell that two of them are the same (store.go). A new operator is a
// file: a function from its object to Secrets, which it enters for the kind.
package stores
