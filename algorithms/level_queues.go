package algorithms

import "lbsim/random"

// levelQueues is a loadIndex for equal weights whose ties are in rotation: a
// first-in-first-out queue of members for each load that occurs, and the loads in
// ascending order. Both are linked through arrays, so a start, a finish and a
// pick are a few writes whatever n and whatever the loads are, and nothing is
// ever allocated for them: n members are on n levels at most.
type levelQueues struct {
	members []queued
	levels  []level // levels[0] is below the first and above the last
	free    int32   // an unused level, linked by up; 0 when there is none
}

type queued struct{ next, prev, level int32 } // round its level; level 0: not in the index

type level struct{ load, head, up, down int32 }

func (x *levelQueues) reset(n int) {
	x.members = make([]queued, n)
	x.levels = make([]level, n+2)
	x.levels[0].load = -1
	for i := 1; i <= n; i++ {
		x.levels[i].up = int32(i + 1)
	}
	x.free = 1
}

func (x *levelQueues) insert(slot, load int32, _ float64) {
	above := int32(0)
	for x.levels[x.levels[above].down].load > load {
		above = x.levels[above].down
	}
	at := x.levels[above].down
	if x.levels[at].load != load {
		at = x.open(at, load)
	}
	x.enqueue(slot, at)
}

func (x *levelQueues) remove(slot int32) {
	at := x.members[slot].level
	x.dequeue(slot)
	x.members[slot].level = 0
	if x.levels[at].head < 0 {
		x.shut(at)
	}
}

func (x *levelQueues) update(slot, load int32, weight float64) {
	m := &x.members[slot]
	if m.level == 0 {
		return
	}
	at := m.level
	l := &x.levels[at]
	down, to := at, l.up
	if load < l.load {
		down, to = l.down, l.down
	}
	if x.levels[to].load == load {
		x.dequeue(slot)
		if l.head < 0 {
			x.shut(at)
		}
		x.enqueue(slot, to)
		return
	}
	if d := load - l.load; d != 1 && d != -1 { // more than a start or a finish
		x.remove(slot)
		x.insert(slot, load, weight)
		return
	}
	if m.next == slot { // alone: its level becomes the new one
		l.load = load
		return
	}
	x.dequeue(slot)
	x.enqueue(slot, x.open(down, load))
}

// open returns a new level for load above the level down.
func (x *levelQueues) open(down, load int32) int32 {
	at := x.free
	x.free = x.levels[at].up
	up := x.levels[down].up
	x.levels[at] = level{load: load, head: -1, up: up, down: down}
	x.levels[down].up, x.levels[up].down = at, at
	return at
}

func (x *levelQueues) shut(at int32) {
	l := &x.levels[at]
	x.levels[l.down].up, x.levels[l.up].down = l.up, l.down
	l.up, x.free = x.free, at
}

// enqueue puts slot at the tail of level at.
func (x *levelQueues) enqueue(slot, at int32) {
	l := &x.levels[at]
	if l.head < 0 {
		l.head = slot
		x.members[slot] = queued{slot, slot, at}
		return
	}
	head := &x.members[l.head]
	x.members[slot] = queued{l.head, head.prev, at}
	x.members[head.prev].next = slot
	head.prev = slot
}

// dequeue takes slot out of its level, whose head is -1 when nobody is left.
func (x *levelQueues) dequeue(slot int32) {
	m := x.members[slot]
	l := &x.levels[m.level]
	if m.next == slot {
		l.head = -1
		return
	}
	x.members[m.prev].next, x.members[m.next].prev = m.next, m.prev
	if l.head == slot {
		l.head = m.next
	}
}

func (x *levelQueues) pick(*random.Source) int32 {
	l := &x.levels[x.levels[0].up]
	slot := l.head
	l.head = x.members[slot].next // the queue is a circle: the head becomes the tail
	return slot
}

func (x *levelQueues) pickUntried(_ *random.Source, r *Request) int32 {
	for at := x.levels[0].up; at != 0; at = x.levels[at].up {
		head := x.levels[at].head
		for slot := head; ; {
			if !r.Tried.Has(slot) {
				x.dequeue(slot)
				x.enqueue(slot, at)
				return slot
			}
			if slot = x.members[slot].next; slot == head {
				break
			}
		}
	}
	panic("algorithms: every member was tried")
}

func (x *levelQueues) appendOrder(dst []int32) []int32 {
	if len(x.levels) == 0 {
		return dst
	}
	for at := x.levels[0].up; at != 0; at = x.levels[at].up {
		head := x.levels[at].head
		dst = append(dst, head)
		for slot := x.members[head].next; slot != head; slot = x.members[slot].next {
			dst = append(dst, slot)
		}
	}
	return dst
}
