package remap

import (
	"encoding/binary"
	"net/netip"

	"lbsim/algorithms"
	"lbsim/random"
)

// Side is a pool, before a change of its whole configuration or after.
type Side struct {
	Choice algorithms.Choice
	Nodes  []Node
}

// Node is one of its members.
type Node struct {
	ID     string // who it is, before and after
	Name   string // what the algorithm knows it by
	Weight float64
}

// Between places as many keys, or clients where the algorithms go by their addresses, in a
// pool that begins anew with each side's configuration. It returns the share of them that have
// another node after than before, and the least that must for nodes to hold fair shares.
func Between(before, after Side, keys int) (moved, least float64, err error) {
	a, b, made := both(before, after)
	was, err := owners(before.Choice, a, made, keys)
	if err != nil {
		return 0, 0, err
	}
	is, err := owners(after.Choice, b, made, keys)
	if err != nil {
		return 0, 0, err
	}
	v := viewOf(a, b, made)
	return float64(v.count(was, is, nil).moved) / float64(keys), v.least(), nil
}

// LeastBetween is the share of keys, clients or sessions that must move for nodes to hold
// fair shares.
func LeastBetween(before, after Side) float64 {
	a, b, made := both(before, after)
	return viewOf(a, b, made).least()
}

// both numbers the nodes of two sides.
func both(before, after Side) (a, b []node, made int) {
	ids := map[string]int32{}
	number := func(nodes []Node) (out []node) {
		for _, n := range nodes {
			id, known := ids[n.ID]
			if !known {
				id = int32(len(ids))
				ids[n.ID] = id
			}
			out = append(out, node{id: id, name: n.Name, weight: n.Weight})
		}
		return out
	}
	a, b = number(before.Nodes), number(after.Nodes)
	return a, b, len(ids)
}

// owners places keys of seed 1 on nodes.
func owners(c algorithms.Choice, nodes []node, made, keys int) ([]int32, error) {
	k := generated(keys, 1)
	p, err := newPlacement(c, 1, made, make([]uint64, keys))
	if err != nil {
		return nil, err
	}
	hash := keyHash
	if own, ok := p.picker.(algorithms.KeyHasher); ok {
		hash = own.HashKey
	}
	k.hash(p.hashes, 0, hash)
	if c.Spec.NeedsClient {
		p.clients = addresses(keys)
	}
	p.become(nodes)
	owners := make([]int32, keys)
	p.place(owners)
	return owners, nil
}

// addresses are so many of IPv4, at random.
func addresses(n int) []netip.Addr {
	rnd := random.New(1, "remap/clients", 0)
	all := make([]netip.Addr, n)
	for i := range all {
		var octets [4]byte
		binary.BigEndian.PutUint32(octets[:], uint32(rnd.Uint64()))
		all[i] = netip.AddrFrom4(octets)
	}
	return all
}
