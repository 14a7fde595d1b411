package algorithms

import "lbsim/random"

// levelRanks is a loadIndex for equal weights whose ties are random: all members
// in one array in ascending order of load, so that the members of one load are a
// stretch of it and a uniform draw is one look-up. A member that starts a request
// changes places with the last of its stretch and the border between it and the
// next moves by one; a finish does so the other way round.
type levelRanks struct {
	order   []int32
	members []ranked
	levels  []stretch // levels[0] is below the first and above the last
	free    int32     // an unused level, linked by up
}

type ranked struct{ place, level int32 } // level 0: not in the index

type stretch struct{ load, start, end, up, down int32 } // order[start:end]

func (x *levelRanks) reset(n int) {
	x.order = make([]int32, 0, n)
	x.members = make([]ranked, n)
	x.levels = make([]stretch, n+2)
	x.levels[0].load = -1
	for i := 1; i <= n; i++ {
		x.levels[i].up = int32(i + 1)
	}
	x.free = 1
}

// insert appends slot and lets it change places with the first member of each
// level above its own, from the top down.
func (x *levelRanks) insert(slot, load int32, _ float64) {
	hole := int32(len(x.order))
	x.order = append(x.order, slot)
	at := x.levels[0].down
	for ; x.levels[at].load > load; at = x.levels[at].down {
		l := &x.levels[at]
		x.put(x.order[l.start], hole)
		hole = l.start
		l.start++
		l.end++
	}
	if x.levels[at].load != load {
		at = x.open(at, load, hole, hole)
	}
	x.levels[at].end++
	x.members[slot].level = at
	x.put(slot, hole)
}

// remove lets slot change places with the last member of its level and of each
// level above, and cuts off the end.
func (x *levelRanks) remove(slot int32) {
	m := &x.members[slot]
	hole := m.place
	for at := m.level; at != 0; at = x.levels[at].up {
		l := &x.levels[at]
		x.put(x.order[l.end-1], hole)
		hole = l.end - 1
		l.end--
		if at != m.level {
			l.start--
		}
	}
	x.order = x.order[:hole]
	if l := x.levels[m.level]; l.start == l.end {
		x.shut(m.level)
	}
	m.level = 0
}

func (x *levelRanks) update(slot, load int32, weight float64) {
	m := &x.members[slot]
	if m.level == 0 {
		return
	}
	at := m.level
	l := &x.levels[at]
	switch load - l.load {
	case 1:
		x.rise(slot, m, l)
	case -1:
		x.fall(slot, m, l)
	case 0:
		return
	default: // more than a start or a finish
		x.remove(slot)
		x.insert(slot, load, weight)
		return
	}
	if l.start == l.end {
		x.shut(at)
	}
}

func (x *levelRanks) rise(slot int32, m *ranked, l *stretch) {
	to, load := l.up, l.load+1
	if x.levels[to].load != load {
		if l.end-l.start == 1 { // alone: its level becomes the new one
			l.load = load
			return
		}
		to = x.open(m.level, load, l.end, l.end)
	}
	l.end--
	x.levels[to].start--
	x.swap(slot, m, l.end)
	m.level = to
}

func (x *levelRanks) fall(slot int32, m *ranked, l *stretch) {
	to, load := l.down, l.load-1
	if x.levels[to].load != load || to == 0 {
		if l.end-l.start == 1 {
			l.load = load
			return
		}
		to = x.open(to, load, l.start, l.start)
	}
	x.levels[to].end++
	x.swap(slot, m, l.start)
	l.start++
	m.level = to
}

func (x *levelRanks) swap(slot int32, m *ranked, place int32) {
	other := x.order[place]
	x.put(other, m.place)
	x.put(slot, place)
}

func (x *levelRanks) put(slot, place int32) {
	x.order[place] = slot
	x.members[slot].place = place
}

func (x *levelRanks) open(down, load, start, end int32) int32 {
	at := x.free
	x.free = x.levels[at].up
	up := x.levels[down].up
	x.levels[at] = stretch{load, start, end, up, down}
	x.levels[down].up, x.levels[up].down = at, at
	return at
}

func (x *levelRanks) shut(at int32) {
	l := &x.levels[at]
	x.levels[l.down].up, x.levels[l.up].down = l.up, l.down
	l.up, x.free = x.free, at
}

func (x *levelRanks) pick(rnd *random.Source) int32 {
	l := &x.levels[x.levels[0].up]
	return x.order[l.start+int32(rnd.IntN(int(l.end-l.start)))]
}

func (x *levelRanks) pickUntried(rnd *random.Source, r *Request) int32 {
	for at := x.levels[0].up; at != 0; at = x.levels[at].up {
		l := &x.levels[at]
		var h holes
		for _, slot := range r.Tried.Slots() {
			if int(slot) < len(x.members) && x.members[slot].level == at {
				h.add(x.members[slot].place - l.start)
			}
		}
		if left := int(l.end-l.start) - h.n; left > 0 {
			return x.order[l.start+h.nth(int32(rnd.IntN(left)))]
		}
	}
	panic("algorithms: every member was tried")
}

func (x *levelRanks) appendOrder(dst []int32) []int32 { return append(dst, x.order...) }
