package algorithms

import "lbsim/random"

func init() {
	Register(Spec{
		Name:     "anchor_hash",
		Aliases:  []string{"anchor"},
		Title:    "AnchorHash",
		Summary:  "The endpoint of the bucket that the hash of the request's key falls to among all that there could be, hashed again among fewer while the bucket is not in use.",
		Use:      "Pools that grow and shrink within a known capacity: few steps, exactly even, and only the keys of who comes or goes move.",
		Avoid:    "Unequal endpoints. A capacity that is far above the pool (each e-fold is one more hash) or below it (the pool is dealt anew). Balancers that learn of changes in different orders: they disagree.",
		Cost:     "O(1 + log(capacity/n))",
		Source:   "Mendelson et al., IEEE/ACM ToN 29(2), 2021, arXiv 1812.09674",
		NeedsKey: true,
		Params: []Param{{
			Name: "capacity", Type: Int, Default: "1024", Min: 1, Max: 1 << 24,
			Doc: "the most endpoints that are foreseen. It takes 20 bytes for each; more endpoints double it, which moves most keys",
		}},
		New: func(v Values, rnd random.Source) (Picker, error) {
			return &bucketHash{of: newAnchor(v.Int("capacity")), rnd: rnd}, nil
		},
	})
}

// anchor is AnchorHash of a capacity of buckets. Buckets that are not in use form a
// stack; the one that went last comes back first. For each of them count is how many
// were in use after it went (0: in use), and instead the bucket that took its place
// in the list of those in use: list holds them, place is where in it a bucket is.
// A key's hash leads to a bucket among all; while that is not in use, another hash
// leads to a place among the count that were in use after it went.
type anchor struct {
	count, list, place, instead []int32
	out                         []int32 // the stack
	used                        int32
}

func newAnchor(capacity int) *anchor {
	a := &anchor{}
	a.init(capacity)
	return a
}

// init puts all buckets on the stack, the last first.
func (a *anchor) init(capacity int) {
	*a = anchor{count: make([]int32, capacity), list: make([]int32, capacity), place: make([]int32, capacity),
		instead: make([]int32, capacity), out: make([]int32, 0, capacity)}
	for b := int32(capacity) - 1; b >= 0; b-- {
		a.count[b], a.list[b], a.place[b], a.instead[b] = b, b, b, b
		a.out = append(a.out, b)
	}
}

func (a *anchor) add() int32 {
	if len(a.out) == 0 {
		// All are in use: those that are keep their numbers in twice the capacity.
		used := a.used
		a.init(2 * len(a.count))
		for range used {
			a.add()
		}
	}
	b := a.out[len(a.out)-1]
	a.out = a.out[:len(a.out)-1]
	a.count[b] = 0
	a.place[a.list[a.used]] = a.used
	a.list[a.place[b]] = b
	a.instead[b] = b
	a.used++
	return b
}

func (a *anchor) remove(b int32) {
	a.out = append(a.out, b)
	a.used--
	a.count[b] = a.used
	last := a.list[a.used]
	a.list[a.place[b]], a.place[last] = last, a.place[b]
	a.instead[b] = last
}

func (a *anchor) find(hash uint64) int32 {
	b := int32(below(hash, len(a.count)))
	for a.count[b] > 0 {
		count := a.count[b]
		hash = mix64(hash ^ uint64(b))
		next := int32(below(hash, int(count)))
		for a.count[next] >= count { // went before b
			next = a.instead[next]
		}
		b = next
	}
	return b
}

func (a *anchor) bytes() int { return 20 * cap(a.count) }
