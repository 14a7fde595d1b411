package sim

import "lbsim/clock"

// timers holds events at unequal delays: think times, patience, back-offs. It is
// a 4-ary heap ordered by time and sequence; an entry that no longer matters is
// dropped when it is its turn.
type timers struct{ items []timer }

type timer struct {
	at   clock.Time
	seq  uint64
	ref  int32
	gen  uint32
	kind timerKind
}

type timerKind uint8

const (
	think     timerKind = iota // a user asks again
	patience                   // a waiting client gives up
	resume                     // a balancer said: wait until
	comeBack                   // a client tries again
	expired                    // a client's time is over, whatever it tries
	listening                  // a server that starts takes requests
	warming                    // a server gets warmer
	stopping                   // a server's time of grace is over
	paused                     // a deploy goes on
)

func (t timer) before(o timer) bool { return t.at < o.at || t.at == o.at && t.seq < o.seq }

func (t *timers) push(x timer) (first bool) {
	t.items = append(t.items, x)
	i := len(t.items) - 1
	for i > 0 {
		parent := (i - 1) / 4
		if !x.before(t.items[parent]) {
			break
		}
		t.items[i] = t.items[parent]
		i = parent
	}
	t.items[i] = x
	return i == 0
}

func (t *timers) pop() timer {
	top := t.items[0]
	last := len(t.items) - 1
	x := t.items[last]
	t.items = t.items[:last]
	if last == 0 {
		return top
	}
	i := 0
	for {
		first, best := 4*i+1, -1
		for c := first; c < min(first+4, last); c++ {
			if best < 0 || t.items[c].before(t.items[best]) {
				best = c
			}
		}
		if best < 0 || !t.items[best].before(x) {
			break
		}
		t.items[i] = t.items[best]
		i = best
	}
	t.items[i] = x
	return top
}
