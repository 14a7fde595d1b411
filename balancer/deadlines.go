package balancer

import "lbsim/clock"

// deadlines is when something is due for each slot of a pool: a binary heap by
// instant and then by slot, so that what is due at one instant has an order of its
// own. set costs O(log n), first O(1).
type deadlines struct {
	heap  []int32      // slots
	place []int32      // in the heap, by slot; -1: nothing is due
	at    []clock.Time // by slot
}

// first returns the slot whose deadline is the earliest; at is clock.Never when there
// is none.
func (d *deadlines) first() (at clock.Time, slot int32) {
	if len(d.heap) == 0 {
		return clock.Never, -1
	}
	return d.at[d.heap[0]], d.heap[0]
}

// has reports whether something is due for a slot.
func (d *deadlines) has(slot int32) bool { return int(slot) < len(d.place) && d.place[slot] >= 0 }

// next returns the instant of the earliest deadline; clock.Never when there is none.
func (d *deadlines) next() clock.Time {
	at, _ := d.first()
	return at
}

// set moves a slot's deadline to at; clock.Never takes it away.
func (d *deadlines) set(slot int32, at clock.Time) {
	for int(slot) >= len(d.place) {
		d.place, d.at = append(d.place, -1), append(d.at, clock.Never)
	}
	d.at[slot] = at
	i := d.place[slot]
	switch {
	case at == clock.Never && i < 0:
		return
	case at == clock.Never:
		last := len(d.heap) - 1
		moved := d.heap[last]
		d.heap, d.place[slot] = d.heap[:last], -1
		if int(i) == last {
			return
		}
		d.put(int(i), moved)
	case i < 0:
		i = int32(len(d.heap))
		d.heap = append(d.heap, slot)
		d.place[slot] = i
	}
	d.down(d.up(int(i)))
}

func (d *deadlines) before(a, b int32) bool { return d.at[a] < d.at[b] || d.at[a] == d.at[b] && a < b }

func (d *deadlines) put(i int, slot int32) { d.heap[i], d.place[slot] = slot, int32(i) }

// up moves the slot at i towards the top and returns where it stays.
func (d *deadlines) up(i int) int {
	slot := d.heap[i]
	for i > 0 {
		parent := (i - 1) / 2
		if !d.before(slot, d.heap[parent]) {
			break
		}
		d.put(i, d.heap[parent])
		i = parent
	}
	d.put(i, slot)
	return i
}

func (d *deadlines) down(i int) {
	slot := d.heap[i]
	for {
		c := 2*i + 1
		if c >= len(d.heap) {
			break
		}
		if c+1 < len(d.heap) && d.before(d.heap[c+1], d.heap[c]) {
			c++
		}
		if !d.before(d.heap[c], slot) {
			break
		}
		d.put(i, d.heap[c])
		i = c
	}
	d.put(i, slot)
}
