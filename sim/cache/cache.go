// Package cache is a cache over keys: which objects it holds, and whom a new one
// displaces.
package cache

import "lbsim/random"

// Policy says which object makes room for a new one.
type Policy uint8

const (
	LRU    Policy = iota // the one that was asked for least recently
	FIFO                 // the one that came first, however often it was asked for
	Random               // any, each with the same probability
)

// Cache holds the objects of at most so many keys. Nothing is ever stale: an object
// leaves only to make room for another.
//
// A lookup is O(1) in expectation. Memory grows with the objects held, about 20 to 40
// bytes each, and never beyond what the capacity takes; once the cache is full a
// lookup does not allocate. Not safe for concurrent use.
type Cache struct {
	policy   Policy
	capacity int32
	draws    random.Source // of Random

	keys   []uint64 // by slot; those of a cache that is not full yet are in order of arrival
	index  table    // slot by key
	oldest int32    // FIFO: the slot of the object that came first, once the cache is full
	links  []link   // LRU: by slot
	recent int32    // LRU: the slot asked for last; links go round, so before it is the one asked for least recently
}

// link is a slot's place in the order of use.
type link struct{ before, after int32 }

// New returns an empty cache for capacity objects, at least 1 and at most 2^30. Only
// Random draws from draws.
func New(capacity int, policy Policy, draws random.Source) *Cache {
	if capacity < 1 || capacity > 1<<30 {
		panic("cache: the capacity must be from 1 to 2^30")
	}
	c := &Cache{policy: policy, capacity: int32(capacity), draws: draws}
	c.Clear()
	return c
}

// Len returns how many objects the cache holds.
func (c *Cache) Len() int { return len(c.keys) }

// Clear empties the cache, as a restart does. It keeps its memory.
func (c *Cache) Clear() {
	c.keys, c.links, c.oldest, c.recent = c.keys[:0], c.links[:0], 0, 0
	c.index.clear()
}

// Ask looks a key up and reports whether its object was there. From then on it is:
// what was missing is fetched, in the place of another where there is no room.
func (c *Cache) Ask(key uint64) (hit bool) {
	if slot, ok := c.index.find(key); ok {
		if c.policy == LRU && slot != c.recent {
			c.unlink(slot)
			c.linkFirst(slot)
		}
		return true
	}
	slot := c.room()
	c.keys[slot] = key
	c.index.put(key, slot)
	if c.policy == LRU {
		c.linkFirst(slot)
	}
	return false
}

// room returns a slot for a new object, which is in no order yet.
func (c *Cache) room() int32 {
	if n := int32(len(c.keys)); n < c.capacity {
		c.keys = append(c.keys, 0)
		if c.policy == LRU {
			c.links = append(c.links, link{})
		}
		return n
	}
	var slot int32
	switch c.policy {
	case LRU:
		slot = c.links[c.recent].before
		c.unlink(slot)
	case FIFO:
		slot = c.oldest
		if c.oldest++; c.oldest == c.capacity {
			c.oldest = 0
		}
	case Random:
		slot = int32(c.draws.IntN(int(c.capacity)))
	}
	c.index.remove(c.keys[slot])
	return slot
}

// unlink takes a slot out of the order of use. Where it is the only one, it is out
// when linkFirst puts it in again.
func (c *Cache) unlink(slot int32) {
	l := c.links[slot]
	c.links[l.before].after, c.links[l.after].before = l.after, l.before
	if slot == c.recent {
		c.recent = l.after
	}
}

// linkFirst makes a slot the one used last.
func (c *Cache) linkFirst(slot int32) {
	if len(c.keys) == 1 {
		c.links[slot] = link{slot, slot}
		c.recent = slot
		return
	}
	first := c.recent
	last := c.links[first].before
	c.links[slot] = link{before: last, after: first}
	c.links[last].after, c.links[first].before = slot, slot
	c.recent = slot
}
