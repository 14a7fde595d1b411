package remap

import (
	"math"
	"slices"
)

// tally counts what became of a block of keys in a step.
type tally struct {
	load          []int     // keys by node's id
	requests      []float64 // share of the requests by node's id
	moved, excess int
	flows         []int // by place before × nodes after + place after; nil: too many
	memory        int
	times         times
}

// view is what a step's counting needs to know of the nodes.
type view struct {
	before, after []node
	kept          []bool  // by id: stayed, with its weight
	from, to      []int32 // by id: the place before and after
	flows         bool
}

func viewOf(before, after []node, made int) *view {
	v := &view{before: before, after: after, kept: make([]bool, made), from: make([]int32, made), to: make([]int32, made)}
	v.flows = max(len(before), len(after)) <= mostFlows
	weight := make([]float64, made) // 0: not there
	for i, n := range before {
		weight[n.id], v.from[n.id] = n.weight, int32(i)
	}
	for i, n := range after {
		v.kept[n.id], v.to[n.id] = weight[n.id] == n.weight, int32(i)
	}
	return v
}

// count compares where keys are with where they were. popularity is nil, or that of
// the keys of the block.
func (v *view) count(before, after []int32, popularity []float64) *tally {
	t := &tally{load: make([]int, len(v.kept))}
	if v.flows {
		t.flows = make([]int, len(v.before)*len(v.after))
	}
	if popularity != nil {
		t.requests = make([]float64, len(v.kept))
	}
	for i, now := range after {
		was := before[i]
		t.load[now]++
		if now != was {
			t.moved++
			if v.kept[was] && v.kept[now] {
				t.excess++
			}
		}
		if v.flows {
			t.flows[int(v.from[was])*len(v.after)+int(v.to[now])]++
		}
		if popularity != nil {
			t.requests[now] += popularity[i]
		}
	}
	return t
}

// add joins the tally of the next block. Tables are of the first one's picker, a
// lookup's time is the least of the blocks': all else disturbs it.
func (t *tally) add(next *tally) {
	t.moved += next.moved
	t.excess += next.excess
	for id := range t.load {
		t.load[id] += next.load[id]
	}
	for id := range t.requests {
		t.requests[id] += next.requests[id]
	}
	for i := range t.flows {
		t.flows[i] += next.flows[i]
	}
	t.times.lookup = min(t.times.lookup, next.times.lookup)
}

// least is the share of the keys that must move when each node holds its fair share
// before and after: what nodes gain, Σ max(0, new share - old share), which is half
// the sum of all differences, the total variation between the two. It is k/(n+k) when
// k come to n equal nodes, and k/n when k of n leave.
func (v *view) least() float64 {
	old := make([]float64, len(v.kept))
	for _, n := range v.before {
		old[n.id] = n.weight
	}
	was, is := sumOfWeights(v.before), sumOfWeights(v.after)
	gained := 0.0
	for _, n := range v.after {
		// Over the common denominator, so that whole weights make no rounding error.
		gained += max(0, float64(n.weight*was)-float64(old[n.id]*is))
	}
	return gained / float64(was*is)
}

func sumOfWeights(nodes []node) float64 {
	sum := 0.0
	for _, n := range nodes {
		sum += n.weight
	}
	return sum
}

// spread returns the greatest load of the nodes, relative to the fair share of each,
// and the standard deviation of these ratios around 1. Of equal nodes the first is
// peak to mean, the second the coefficient of variation.
func spread(nodes []node, load func(id int32) float64) (peak, cv float64) {
	total, weights := 0.0, sumOfWeights(nodes)
	for _, n := range nodes {
		total += load(n.id)
	}
	for _, n := range nodes {
		ratio := load(n.id) / total * weights / n.weight
		peak = max(peak, ratio)
		cv += float64((ratio - 1) * (ratio - 1))
	}
	return peak, math.Sqrt(cv / float64(len(nodes)))
}

// outcome makes figures of the counts.
func (v *view) outcome(t *tally, keys int) Outcome {
	o := Outcome{
		Moved: float64(t.moved) / float64(keys), Least: v.least(), Excess: float64(t.excess) / float64(keys),
		MemoryBytes: t.memory, Flows: [][]int{},
	}
	o.PeakToMean, o.LoadCV = spread(v.after, func(id int32) float64 { return float64(t.load[id]) })
	if t.requests != nil {
		peak, cv := spread(v.after, func(id int32) float64 { return t.requests[id] })
		o.RequestsPeakToMean, o.RequestsLoadCV = &peak, &cv
	}
	if v.flows {
		o.Flows = slices.Collect(slices.Chunk(t.flows, len(v.after)))
	}
	return o
}
