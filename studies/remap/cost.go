package remap

import (
	"context"
	"slices"
	"time"

	"lbsim/algorithms"
	"lbsim/studies/compare"
)

// Cost is how long an algorithm takes to find a node among so many, and to take a
// pool of that size in. It is of the machine that measured it.
type Cost struct {
	Variant, Title, Algorithm string
	Nodes                     int
	LookupSeconds             float64
	BuildSeconds              float64
}

var costNodes = []int{10, 100, 1000, 10_000, 100_000}

const (
	costKeys   = 1 << 16
	costBudget = 30 * time.Millisecond // for a figure
)

// CostsOf measures lookups in pools of 10 to 100,000 nodes, one after the other;
// nothing unless the plan wants times.
func CostsOf(ctx context.Context, p *Plan) ([]Cost, error) {
	if !p.Time {
		return nil, nil
	}
	keys := generated(costKeys, p.Seed)
	shared := make([]uint64, costKeys)
	keys.hash(shared, 0, keyHash)
	owners := make([]int32, costKeys)
	var costs []Cost
	for _, c := range p.Choices {
		for _, n := range costNodes {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			x, err := newPlacement(c, p.Seed, n, shared)
			if err != nil {
				return nil, err
			}
			if own, ok := x.picker.(algorithms.KeyHasher); ok {
				x.hashes = make([]uint64, costKeys)
				keys.hash(x.hashes, 0, own.HashKey)
			}
			x.become(newRoster(nil, slices.Repeat([]float64{1}, n), p.Seed).nodes)
			costs = append(costs, Cost{c.String(), compare.Title(c), c.Spec.Name, n, x.lookup(owners), x.times.build})
		}
	}
	return costs, nil
}

// lookup measures batches that grow until the time is up, and returns the least time
// of a lookup in those of the greatest size: what is above it disturbed it.
func (p *placement) lookup(owners []int32) float64 {
	all := p.hashes
	least := 0.0
	began := time.Now()
	for batch, last := 16, 0; ; last, batch = batch, min(2*batch, len(all)) {
		p.hashes = all[:batch]
		p.place(owners[:batch])
		if batch > last || p.times.lookup < least {
			least = p.times.lookup
		}
		if time.Since(began) > costBudget {
			return least
		}
		p.release()
	}
}
