package sim

import (
	"testing"

	"pgregory.net/rapid"

	"lbsim/clock"
)

// listQueue is the slow oracle: it looks through everything.
type listQueue struct{ items map[int32]heapItem }

func (l *listQueue) set(source int32, at clock.Time, seq uint64) {
	delete(l.items, source)
	if at != clock.Never {
		l.items[source] = heapItem{at, keyOf(source, seq)}
	}
}

func (l *listQueue) min() (clock.Time, eventKey) {
	best := heapItem{clock.Never, ^eventKey(0)}
	for _, x := range l.items {
		if x.before(best) {
			best = x
		}
	}
	return best.at, best.key
}

func (l *listQueue) pending(source int32) clock.Time {
	if x, ok := l.items[source]; ok {
		return x.at
	}
	return clock.Never
}

// Tree and heap give the oracle's order for any sequence of settings, with many
// events at one instant.
func TestQueuesAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 70).Draw(t, "sources")
		oracle := &listQueue{items: map[int32]heapItem{}}
		tree, heap := newAgenda(n, Tree), newAgenda(n, Heap)
		queues := map[string]queue{"tree": &tree, "heap": &heap}
		seq := uint64(0)
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			seq++
			source := int32(rapid.IntRange(0, n-1).Draw(t, "source"))
			at := clock.Time(rapid.IntRange(0, 9).Draw(t, "at"))
			if rapid.IntRange(0, 3).Draw(t, "take out") == 0 {
				at = clock.Never
			}
			oracle.set(source, at, seq)
			wantAt, wantKey := oracle.min()
			for name, q := range queues {
				q.set(source, at, seq)
				gotAt, gotKey := q.min()
				if gotAt != wantAt || wantAt != clock.Never && gotKey != wantKey {
					t.Fatalf("%s: first is %v of source %d, want %v of %d", name, gotAt, gotKey.source(), wantAt, wantKey.source())
				}
				if got, want := q.pending(source), oracle.pending(source); got != want {
					t.Fatalf("%s: source %d pends at %v, want %v", name, source, got, want)
				}
			}
		}
	})
}

// Timers come out in order of time, and at one instant in order of sequence.
func TestTimersAreOrdered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q timers
		var last timer
		seq := uint64(0)
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			if len(q.items) == 0 || rapid.Bool().Draw(t, "push") {
				seq++
				q.push(timer{at: last.at + clock.Time(rapid.IntRange(0, 5).Draw(t, "delay")), seq: seq})
				continue
			}
			x := q.pop()
			if x.before(last) {
				t.Fatalf("%v after %v", x, last)
			}
			for _, y := range q.items {
				if y.before(x) {
					t.Fatalf("%v came before %v", x, y)
				}
			}
			last = x
		}
	})
}

// A lane keeps order while it wraps round and grows.
func TestLaneIsFirstInFirstOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l lane
		var in, out uint64
		for range rapid.IntRange(1, 500).Draw(t, "steps") {
			if l.empty() || rapid.IntRange(0, 2).Draw(t, "push") > 0 {
				in++
				if first := l.push(laneEntry{seq: in}); first != (in == out+1) {
					t.Fatalf("entry %d: first = %v with %d out", in, first, out)
				}
				continue
			}
			out++
			if got := l.first().seq; got != out {
				t.Fatalf("entry %d came, want %d", got, out)
			}
			l.pop()
		}
	})
}
