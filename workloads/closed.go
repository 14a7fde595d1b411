package workloads

import "math"

// Users is a closed workload: Count users, each of whom sends a request, waits for
// the answer, thinks for a while and sends the next. The driver draws the think
// times, since they begin with answers.
type Users struct {
	Count int
	Think Distribution // seconds; its mean may be 0
}

// maxUsers bounds what a run keeps in memory for users.
const maxUsers = 10_000_000

// NewUsers returns count users, a whole number from 1 to 10,000,000. A nil think
// is no thinking.
func NewUsers(count float64, think Distribution) (Users, error) {
	err := within("users", count, 1, maxUsers)
	if err == nil && count != math.Trunc(count) {
		err = broken("users", count, "must be a whole number")
	}
	if think == nil {
		think = Constant{}
	}
	return Users{int(count), think}, err
}

// Closed returns the users of a specification whose process is closed; ok is false
// for any other process.
func (s ArrivalSpec) Closed(rate *float64) (users Users, ok bool, err error) {
	if s.Process != "closed" {
		return Users{}, false, nil
	}
	if err := s.check(rate); err != nil {
		return Users{}, true, err
	}
	var think Distribution
	if s.Think != nil {
		if think, err = s.Think.Build(); err != nil {
			return Users{}, true, err
		}
	}
	users, err = NewUsers(*s.Users, think)
	return users, true, err
}
