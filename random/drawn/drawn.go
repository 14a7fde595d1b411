// Package drawn has property tests go on drawing until what they are about was seen, so
// that none of them fails, or passes in vain, by the luck of its draws.
package drawn

import (
	"testing"

	"pgregory.net/rapid"
)

// rounds bounds how often a property is checked. What one round in ten misses is missed
// by all of them once in 10^100 tests.
const rounds = 100

// Missing is told what was not seen. *testing.T is one.
type Missing interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
}

// Until checks property as rapid.Check does, again with other draws as long as seen finds
// something missing, and fails the test where that is still so after a hundred rounds.
// property counts over all rounds what seen looks at. A seed that is given (RAPID_SEED)
// has every round draw the same.
func Until(t *testing.T, property func(*rapid.T), seen func(Missing)) {
	t.Helper()
	for range rounds - 1 {
		rapid.Check(t, property)
		var x trial
		if seen(&x); t.Failed() || !x.missing {
			return
		}
	}
	rapid.Check(t, property)
	seen(t)
}

// A trial is told what was not seen yet.
type trial struct{ missing bool }

func (*trial) Helper()                 {}
func (x *trial) Error(...any)          { x.missing = true }
func (x *trial) Errorf(string, ...any) { x.missing = true }
