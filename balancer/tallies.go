package balancer

import (
	"net/netip"

	"github.com/cespare/xxhash/v2"

	"lbsim/clock"
)

// tally is what a rate limit knows of a client.
type tally struct {
	level int64
	at    clock.Time
}

// tallies is the tallies of clients, of most at once. Beyond that the one goes that was
// asked for the longest ago. It costs O(1), and allocates only to grow.
type tallies struct {
	most    int
	entries []entry // 0 is none; its newer is the least recently used, its older the most
	heads   []int32 // by hash: the first of those that share it; a power of two long
}

type entry struct {
	tally
	client       netip.Addr
	same         int32 // the next of the same hash
	newer, older int32
}

// of returns the place of a client's tally; fresh tells that there was none.
func (x *tallies) of(client netip.Addr) (i int32, fresh bool) {
	if x.entries == nil {
		x.entries, x.heads = make([]entry, 1, 2), make([]int32, 1)
	}
	for i = x.heads[x.hash(client)]; i != 0; i = x.entries[i].same {
		if x.entries[i].client == client {
			x.unlink(i)
			x.link(i)
			return i, false
		}
	}
	switch {
	case len(x.entries) <= x.most:
		i = int32(len(x.entries))
		x.entries = append(x.entries, entry{})
		if len(x.entries) > 2*len(x.heads) {
			x.spread()
		}
	default:
		i = x.entries[0].newer
		x.unlink(i)
		x.drop(i)
	}
	x.entries[i] = entry{client: client}
	x.chain(i)
	x.link(i)
	return i, true
}

func (x *tallies) hash(client netip.Addr) uint64 {
	bytes := client.As16()
	return xxhash.Sum64(bytes[:]) & uint64(len(x.heads)-1)
}

// chain puts an entry among those of its hash, drop takes it from them.
func (x *tallies) chain(i int32) {
	h := x.hash(x.entries[i].client)
	x.entries[i].same, x.heads[h] = x.heads[h], i
}

func (x *tallies) drop(i int32) {
	at := &x.heads[x.hash(x.entries[i].client)]
	for *at != i {
		at = &x.entries[*at].same
	}
	*at = x.entries[i].same
}

// spread doubles the heads.
func (x *tallies) spread() {
	x.heads = make([]int32, 2*len(x.heads))
	for i := 1; i < len(x.entries)-1; i++ { // the last is not chained yet
		x.chain(int32(i))
	}
}

// link makes an entry the most recently used, unlink takes it from the order of use.
func (x *tallies) link(i int32) {
	last := x.entries[0].older
	x.entries[i].older, x.entries[i].newer = last, 0
	x.entries[last].newer = i
	x.entries[0].older = i
}

func (x *tallies) unlink(i int32) {
	older, newer := x.entries[i].older, x.entries[i].newer
	x.entries[older].newer, x.entries[newer].older = newer, older
}
