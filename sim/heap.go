package sim

import "lbsim/clock"

// heapItem is a pending event.
type heapItem struct {
	at  clock.Time
	key eventKey
}

// heap is a queue as an indexed 4-ary heap.
type heap struct {
	items []heapItem
	pos   []int32 // by source: index into items, -1 when absent
}

func newHeap(sources int) *heap {
	h := &heap{items: make([]heapItem, 0, sources), pos: make([]int32, sources)}
	for i := range h.pos {
		h.pos[i] = -1
	}
	return h
}

func (h *heap) min() (clock.Time, eventKey) {
	if len(h.items) == 0 {
		return clock.Never, 0
	}
	return h.items[0].at, h.items[0].key
}

func (h *heap) set(source int32, at clock.Time, seq uint64) {
	i := h.pos[source]
	if at == clock.Never {
		if i >= 0 {
			h.remove(int(i))
		}
		return
	}
	item := heapItem{at, keyOf(source, seq)}
	if i < 0 {
		h.items = append(h.items, item)
		i = int32(len(h.items) - 1)
	} else {
		h.items[i] = item
	}
	h.fix(int(i))
}

func (h *heap) pending(source int32) clock.Time {
	if i := h.pos[source]; i >= 0 {
		return h.items[i].at
	}
	return clock.Never
}

func (h *heap) remove(i int) {
	last := len(h.items) - 1
	h.pos[h.items[i].key.source()] = -1
	moved := h.items[last]
	h.items = h.items[:last]
	if i < last {
		h.items[i] = moved
		h.fix(i)
	}
}

func (n heapItem) before(o heapItem) bool { return n.at < o.at || n.at == o.at && n.key < o.key }

// fix moves the item at i to where it belongs.
func (h *heap) fix(i int) {
	item := h.items[i]
	for i > 0 {
		parent := (i - 1) / 4
		if !item.before(h.items[parent]) {
			break
		}
		h.place(i, h.items[parent])
		i = parent
	}
	for {
		first, best := 4*i+1, i
		least := item
		for c := first; c < min(first+4, len(h.items)); c++ {
			if h.items[c].before(least) {
				best, least = c, h.items[c]
			}
		}
		if best == i {
			break
		}
		h.place(i, least)
		i = best
	}
	h.place(i, item)
}

func (h *heap) place(i int, item heapItem) {
	h.items[i] = item
	h.pos[item.key.source()] = int32(i)
}
