package algorithms

import (
	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:    "first",
		Aliases: []string{"first_available"},
		Title:   "First available",
		Summary: "The first endpoint of the configuration that has room, so that the last ones stay idle while they are not needed.",
		Use:     "Few endpoints in use at low load, so that the others can be switched off; limits.per_endpoint says when one is full.",
		Avoid:   "Without a limit of the requests in flight at each endpoint: the first one gets everything.",
		Cost:    "O(1)",
		Source:  "HAProxy lb_fas.c (balance first)",
		New:     func(Values, random.Source) (Picker, error) { return firstPick{}, nil },
	})
}

// firstPick takes the ready member with the lowest slot. One that is full is not ready.
type firstPick struct{}

func (firstPick) Rebuilt(*Set) {}

func (firstPick) Changed(*Set, int32, Change) {}

func (firstPick) Pick(_ clock.Time, s *Set, r *Request) int32 {
	f, i := fitFor(s, r), 0
	for !f.has(s.Ready[i]) {
		i++
	}
	return s.Ready[i]
}
