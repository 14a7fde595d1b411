package cache

// table maps keys to slots: open addressing with linear probing at a load of at most
// a half. Removing moves later entries back instead of leaving a tombstone (Knuth, The
// Art of Computer Programming vol. 3, 6.4, algorithm R), so that a full cache, which
// removes one key for each that it takes, never has to build its table anew.
type table struct {
	entries []entry // a power of two
	filled  int
}

// entry is a key with its slot; one that is free has the slot -1.
type entry struct {
	key  uint64
	slot int32
}

const (
	free       = -1
	leastTable = 16
)

func (t *table) clear() {
	if t.entries == nil {
		t.entries = make([]entry, leastTable)
	}
	for i := range t.entries {
		t.entries[i].slot = free
	}
	t.filled = 0
}

// home is where a key's search begins: MurmurHash3's finalizer, by which every bit of
// the key changes every bit of the place.
func (t *table) home(key uint64) int {
	key ^= key >> 33
	key *= 0xff51afd7ed558ccd
	key ^= key >> 33
	key *= 0xc4ceb9fe1a85ec53
	key ^= key >> 33
	return int(key) & (len(t.entries) - 1)
}

func (t *table) find(key uint64) (slot int32, ok bool) {
	for i := t.home(key); ; i = (i + 1) & (len(t.entries) - 1) {
		e := &t.entries[i]
		if e.slot == free {
			return free, false
		}
		if e.key == key {
			return e.slot, true
		}
	}
}

// put adds a key that is not there.
func (t *table) put(key uint64, slot int32) {
	if 2*(t.filled+1) > len(t.entries) {
		t.grow()
	}
	i := t.home(key)
	for t.entries[i].slot != free {
		i = (i + 1) & (len(t.entries) - 1)
	}
	t.entries[i] = entry{key, slot}
	t.filled++
}

func (t *table) grow() {
	old := t.entries
	t.entries = make([]entry, 2*len(old))
	t.clear()
	for _, e := range old {
		if e.slot != free {
			t.put(e.key, e.slot)
		}
	}
}

// remove takes out a key that is there.
func (t *table) remove(key uint64) {
	mask := len(t.entries) - 1
	hole := t.home(key)
	for t.entries[hole].key != key || t.entries[hole].slot == free {
		hole = (hole + 1) & mask
	}
	for i := (hole + 1) & mask; t.entries[i].slot != free; i = (i + 1) & mask {
		// What is searched from at or before the hole may fill it.
		if home := t.home(t.entries[i].key); (i-home)&mask >= (i-hole)&mask {
			t.entries[hole], hole = t.entries[i], i
		}
	}
	t.entries[hole].slot = free
	t.filled--
}
