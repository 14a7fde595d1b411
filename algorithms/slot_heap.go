package algorithms

// slotKeys orders slots by (key, tie), smaller first. Several heaps over disjoint
// slots may share one.
type slotKeys struct {
	key []slotKey
	at  []int32 // place in its heap by slot, -1 outside
}

type slotKey struct {
	key float64
	tie uint64
}

// grow makes room for n slots; new ones are in no heap.
func (k *slotKeys) grow(n int) {
	for len(k.key) < n {
		k.key = append(k.key, slotKey{})
		k.at = append(k.at, -1)
	}
}

func (k *slotKeys) less(a, b int32) bool {
	x, y := &k.key[a], &k.key[b]
	return x.key < y.key || x.key == y.key && x.tie < y.tie
}

// slotHeap is an indexed binary heap of slots: push, remove and fix cost
// O(log n), the least is at slots[0].
type slotHeap struct{ slots []int32 }

func (h *slotHeap) push(k *slotKeys, slot int32) {
	h.slots = append(h.slots, slot)
	k.at[slot] = int32(len(h.slots) - 1)
	h.up(k, len(h.slots)-1)
}

func (h *slotHeap) remove(k *slotKeys, slot int32) {
	i, last := int(k.at[slot]), len(h.slots)-1
	moved := h.slots[last]
	h.slots = h.slots[:last]
	k.at[slot] = -1
	if moved != slot {
		h.slots[i] = moved
		k.at[moved] = int32(i)
		h.fix(k, moved)
	}
}

// fix restores the order after slot's key changed.
func (h *slotHeap) fix(k *slotKeys, slot int32) {
	if i := int(k.at[slot]); !h.up(k, i) {
		h.down(k, i)
	}
}

func (h *slotHeap) up(k *slotKeys, i int) (moved bool) {
	slot := h.slots[i]
	for i > 0 {
		parent := (i - 1) / 2
		if !k.less(slot, h.slots[parent]) {
			break
		}
		h.slots[i] = h.slots[parent]
		k.at[h.slots[i]] = int32(i)
		i, moved = parent, true
	}
	h.slots[i] = slot
	k.at[slot] = int32(i)
	return moved
}

func (h *slotHeap) down(k *slotKeys, i int) {
	slot := h.slots[i]
	for {
		child := 2*i + 1
		if child >= len(h.slots) {
			break
		}
		if child+1 < len(h.slots) && k.less(h.slots[child+1], h.slots[child]) {
			child++
		}
		if !k.less(h.slots[child], slot) {
			break
		}
		h.slots[i] = h.slots[child]
		k.at[h.slots[i]] = int32(i)
		i = child
	}
	h.slots[i] = slot
	k.at[slot] = int32(i)
}
