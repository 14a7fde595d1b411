package remap

import (
	"context"
	"fmt"
	"strconv"

	"lbsim/algorithms"
	"lbsim/studies/compare"
	"lbsim/studies/result"
	"lbsim/studies/statistics"
	"lbsim/studies/theory"
)

const (
	spreadPools    = 10     // pools of other names, over which figures are averaged
	spreadPerNode  = 20_000 // keys; sampling makes shards uneven by 0.7% of them
	spreadMostKeys = 400_000
	// SpreadMostNodes is how many nodes a pool may have whose spread is asked for:
	// with more, too few keys come to each.
	SpreadMostNodes = 100
)

var spreadPoints = []int{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000}

// Spread is how far the fullest shard is above the mean: of a ring by its points, and
// of other algorithms.
type Spread struct {
	Nodes, Keys, Pools int
	// Chance is the expected peak to mean of keys that fall at random, each on its
	// own: what no algorithm that goes by a hash alone can be below.
	Chance float64
	Ring   []RingSpread
	Others []Level
}

// RingSpread is peak to mean with so many points a node, and what theory expects of
// points that fall at random.
type RingSpread struct {
	Points int
	Peak   result.Estimate
	Theory float64
}

// Level is an algorithm's peak to mean.
type Level struct {
	Variant, Title, Algorithm string
	Peak                      result.Estimate
}

// SpreadOf measures the spread of the plan's number of nodes, of equal weight, over
// several pools whose nodes have other names. The keys are generated ones. There is
// none of one node, or of more than SpreadMostNodes.
func SpreadOf(ctx context.Context, p *Plan) (*Spread, error) {
	n := len(p.start)
	if n < 2 || n > SpreadMostNodes {
		return nil, nil
	}
	s := &Spread{Nodes: n, Keys: min(n*spreadPerNode, spreadMostKeys), Pools: spreadPools}
	var choices []algorithms.Choice
	for _, points := range spreadPoints {
		c, err := compare.ParseAlgorithm("ring_hash:points=" + strconv.Itoa(points))
		if err != nil {
			return nil, err
		}
		choices = append(choices, c)
	}
	for _, c := range p.Choices {
		if c.Spec.Name != "ring_hash" {
			choices = append(choices, c)
		}
	}
	// A multinomial share has the mean and variance of a ring's with as many points as
	// the node has keys.
	s.Chance = theory.Ring{Nodes: n, Points: s.Keys / n}.Peak()
	peaks, err := s.measure(ctx, p, choices)
	if err != nil {
		return nil, err
	}
	for i, c := range choices {
		e := estimate(peaks[i*spreadPools : (i+1)*spreadPools])
		if i < len(spreadPoints) {
			expected := theory.Ring{Nodes: n, Points: spreadPoints[i]}.Peak()
			s.Ring = append(s.Ring, RingSpread{spreadPoints[i], e, expected})
			continue
		}
		s.Others = append(s.Others, Level{c.String(), compare.Title(c), c.Spec.Name, e})
	}
	return s, nil
}

// measure returns peak to mean of every choice in every pool.
func (s *Spread) measure(ctx context.Context, p *Plan, choices []algorithms.Choice) ([]float64, error) {
	keys := generated(s.Keys, p.Seed)
	shared := make([]uint64, s.Keys)
	keys.hash(shared, 0, keyHash)
	peaks := make([]float64, len(choices)*spreadPools)
	err := eachOf(ctx, p.workers(), len(peaks), func(i int) (err error) {
		c, pool := choices[i/spreadPools], i%spreadPools
		peaks[i], err = peakIn(pool, s.Nodes, c, p.Seed, keys, shared)
		return err
	})
	return peaks, err
}

// peakIn places the keys on a pool of its own names.
func peakIn(pool, nodes int, c algorithms.Choice, seed uint64, keys *Keys, hashes []uint64) (float64, error) {
	x, err := newPlacement(c, seed, nodes, hashes)
	if err != nil {
		return 0, err
	}
	if own, ok := x.picker.(algorithms.KeyHasher); ok {
		x.hashes = make([]uint64, len(hashes))
		keys.hash(x.hashes, 0, own.HashKey)
	}
	members := make([]node, nodes)
	for i := range members {
		members[i] = node{id: int32(i), name: fmt.Sprintf("pool-%d-node-%d", pool+1, i+1), weight: 1}
	}
	x.become(members)
	owners := make([]int32, len(hashes))
	x.place(owners)
	load := make([]int, nodes)
	for _, id := range owners {
		load[id]++
	}
	peak, _ := spread(members, func(id int32) float64 { return float64(load[id]) })
	return peak, nil
}

func estimate(sample []float64) result.Estimate {
	i := statistics.Mean(sample, compare.Confidence)
	return result.Estimate{Value: &i.Mean, Low: &i.Low, High: &i.High}
}
