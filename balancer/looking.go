package balancer

// Slot returns the place of an endpoint in a pool, by which tickets and reports
// name it.
func (b *Balancer) Slot(pool PoolID, name string) (slot int32, ok bool) {
	slot, ok = b.pools[pool].byName[name]
	return slot, ok
}

// Uses reports whether an endpoint may be picked now.
func (b *Balancer) Uses(pool PoolID, slot int32) bool { return b.pools[pool].set.IsReady(slot) }

// Takes reports whether nothing is against an endpoint, but that it may be outside this
// balancer's subset: its checks pass, it is not ejected and does not drain.
func (b *Balancer) Takes(pool PoolID, slot int32) bool {
	return b.pools[pool].standing[slot]&^outside == 0
}

// Standing lists what is against an endpoint: unchecked, down, ejected, outside (this
// balancer's subset), draining, full, off (by configuration); nothing where it may be picked. It changes nothing.
func (b *Balancer) Standing(pool PoolID, slot int32) (words []string) {
	for i, word := range []string{"unchecked", "down", "ejected", "outside", "draining", "full", "off"} {
		if b.pools[pool].standing[slot]>>i&1 != 0 {
			words = append(words, word)
		}
	}
	return words
}

// Weight returns the effective weight of an endpoint: less than declared while it
// starts slowly. It changes nothing.
func (b *Balancer) Weight(pool PoolID, slot int32) float64 { return b.pools[pool].set.Weight[slot] }

// InFlight returns how many attempts of an endpoint are under way. It changes
// nothing.
func (b *Balancer) InFlight(pool PoolID, slot int32) int {
	return int(b.pools[pool].set.InFlight[slot])
}
