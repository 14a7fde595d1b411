package remap

import (
	"fmt"
	"net/netip"
	"time"

	"lbsim/algorithms"
	"lbsim/random"
)

// placement is a picker with its members, and where it puts a block of keys. Members
// keep their slot while they are in the pool, as in a balancer.
type placement struct {
	set     algorithms.Set
	picker  algorithms.Picker
	watches bool
	slots   []int32 // by node's id; -1: not in the pool
	ids     []int32 // by slot
	hashes  []uint64
	clients []netip.Addr // by key, of algorithms that go by address; nil: unknown
	owners  []int32      // by key: the node's id
	times   times
}

// times are how long the last build took, and a lookup; seconds.
type times struct{ build, lookup float64 }

func newPlacement(c algorithms.Choice, seed uint64, made int, hashes []uint64) (*placement, error) {
	picker, err := c.New(random.New(seed, "remap/"+c.Spec.Name, 0))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c, err)
	}
	p := &placement{picker: picker, watches: c.Spec.WatchesLoad, hashes: hashes, slots: make([]int32, made)}
	for id := range p.slots {
		p.slots[id] = -1
	}
	return p, nil
}

// become makes nodes the members: who is not among them leaves, who is new comes into
// the lowest vacant slot, and the picker is told once.
func (p *placement) become(nodes []node) {
	p.release()
	stays := make([]bool, len(p.slots))
	for _, n := range nodes {
		stays[n.id] = true
	}
	for id, slot := range p.slots {
		if slot >= 0 && !stays[id] {
			p.set.Remove(slot)
			p.slots[id] = -1
		}
	}
	for _, n := range nodes {
		slot := p.slots[n.id]
		if slot < 0 {
			slot = p.set.Insert(algorithms.Member{Key: n.name, Weight: n.weight})
			p.slots[n.id] = slot
			if int(slot) == len(p.ids) {
				p.ids = append(p.ids, 0)
			}
			p.ids[slot] = n.id
		}
		p.set.Members[slot].Weight = n.weight
		p.set.Weight[slot] = n.weight
		p.set.SetReady(slot, true)
	}
	began := time.Now()
	p.picker.Rebuilt(&p.set)
	p.times.build = time.Since(began).Seconds()
}

// place finds each key's node. A picker that watches load is offered the keys in
// order, and each key placed counts as one in flight: balls into bins, as bounded
// loads are defined (Mirrokni, Thorup & Zadimoghaddam, SODA 2018).
func (p *placement) place(owners []int32) {
	p.owners = owners
	r := algorithms.Request{HasKey: true}
	began := time.Now()
	for i, hash := range p.hashes {
		r.Key = hash
		if p.clients != nil {
			r.Client = p.clients[i]
		}
		slot := p.picker.Pick(0, &p.set, &r)
		owners[i] = p.ids[slot]
		if p.watches {
			p.set.InFlight[slot]++
			p.picker.Changed(&p.set, slot, algorithms.Started)
		}
	}
	p.times.lookup = time.Since(began).Seconds() / float64(max(len(owners), 1))
}

// release takes the keys placed off their nodes, so that the next placement begins
// with nothing in flight.
func (p *placement) release() {
	if !p.watches {
		return
	}
	for _, id := range p.owners {
		slot := p.slots[id]
		p.set.InFlight[slot]--
		p.picker.Changed(&p.set, slot, algorithms.Finished)
	}
	p.owners = nil
}

// memory is what the picker's tables take, 0 where it does not say.
func (p *placement) memory() int {
	if s, ok := p.picker.(algorithms.Sized); ok {
		return s.MemoryBytes()
	}
	return 0
}
