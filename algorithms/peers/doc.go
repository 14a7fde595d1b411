// Package peers compares the lookups of package algorithms with those of well-known
// Go packages. It is a module of its own, so that none of them is a dependency of
// lbsim; `make bench-hashing` runs it.
package peers
