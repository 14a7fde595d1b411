package sim

import "lbsim/clock"

// agenda is a run's event queue: a tournament, unless another was asked for.
//
// In the tournament every inner node holds the earlier of its two children, so the
// winner of the last match is the first event. set costs log2 n matches without a
// branch that could be mispredicted: two events of one instant, whose sequence must be
// asked, are rare, and so that two sources without an event are not of one instant
// each has a due of its own. (Ending where a node stays as it was would save matches,
// but its branch costs more than they do.)
type agenda struct {
	at     due   // of the first event
	first  int32 // its source
	other  queue // instead of the tournament
	leaves uint  // source s is node leaves+s, the children of node i are nodes 2i and 2i+1
	ats    []due
	ids    []int32  // the source that won the node
	seqs   []uint64 // by source
}

// due is an instant or, above all of those, a source's own value for having no event.
type due uint64

const never due = 1 << 63

// time returns the instant, clock.Never for no event.
func (d due) time() clock.Time {
	if d >= never {
		return clock.Never
	}
	return clock.Time(d)
}

func dueAt(at clock.Time, source int32) due {
	if at == clock.Never {
		return never + due(source)
	}
	return due(at)
}

func newAgenda(sources int, kind Queue) agenda {
	t := agenda{at: never, seqs: make([]uint64, sources)}
	if kind == Heap {
		t.other = newHeap(sources)
		return t
	}
	t.leaves = uint(max(sources, 2))
	t.ats, t.ids = make([]due, 2*t.leaves), make([]int32, 2*t.leaves)
	for i := range t.leaves {
		t.ats[t.leaves+i], t.ids[t.leaves+i] = never+due(i), int32(i)
	}
	for i := t.leaves - 1; i > 0; i-- {
		t.ats[i], t.ids[i] = t.ats[2*i], t.ids[2*i]
	}
	return t
}

func (t *agenda) min() (clock.Time, eventKey) { return t.at.time(), t.key() }

// key orders the first event among those of its instant.
func (t *agenda) key() eventKey { return keyOf(t.first, t.seqs[t.first]) }

func (t *agenda) set(source int32, at clock.Time, seq uint64) {
	t.seqs[source] = seq
	if t.other != nil {
		t.other.set(source, at, seq)
		at, key := t.other.min()
		t.first = key.source()
		t.at = dueAt(at, t.first)
		return
	}
	ats := t.ats
	ids := t.ids[:len(ats)]
	d, id := dueAt(at, source), source
	for i := t.leaves + uint(source); i > 1; i >>= 1 {
		ats[i], ids[i] = d, id
		rival, who := ats[i^1], ids[i^1]
		if rival == d {
			id = t.sooner(id, who)
		}
		if rival < d {
			d, id = rival, who
		}
	}
	t.at, t.first = d, id
}

func (t *agenda) pending(source int32) clock.Time {
	if t.other != nil {
		return t.other.pending(source)
	}
	return t.ats[t.leaves+uint(source)].time()
}

// sooner returns which of two sources comes first at an instant that both have.
//
//go:noinline
func (t *agenda) sooner(a, b int32) int32 {
	if t.seqs[b] < t.seqs[a] {
		return b
	}
	return a
}
