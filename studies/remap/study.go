package remap

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"lbsim/algorithms"
)

const (
	// blockKeys is how many keys a block has at least: for each, a picker is built.
	blockKeys = 1 << 17
	// mostBlocks is into how many blocks the keys are divided at most. The division
	// depends on the number of keys alone, so that no figure depends on the cores.
	mostBlocks = 8
)

// study is a plan being carried out: every algorithm places every block of keys
// through all steps, on any core in any order.
type study struct {
	*Plan
	made   int // nodes that ever were
	views  []*view
	hashes []uint64
	counts [][]*blockCounts // by algorithm and block
}

// blockCounts is what an algorithm did with a block, by step.
type blockCounts struct {
	steps []*tally
	err   error
}

// task is an algorithm and a part of the keys.
type task struct{ algorithm, block, from, to int }

// Run carries the plan out. When ctx ends before, its error is returned.
func Run(ctx context.Context, p *Plan) (*Result, error) {
	s := &study{Plan: p, hashes: make([]uint64, p.Keys.count)}
	for _, n := range p.start {
		s.made = max(s.made, int(n.id)+1)
	}
	for _, step := range p.steps {
		for _, n := range step.after {
			s.made = max(s.made, int(n.id)+1)
		}
	}
	for i, step := range p.steps {
		s.views = append(s.views, viewOf(p.before(i), step.after, s.made))
	}
	workers := p.workers()
	parts := divided(p.Keys.count, mostBlocks)
	eachOf(ctx, workers, len(parts), func(i int) {
		p.Keys.hash(s.hashes[parts[i].from:parts[i].to], parts[i].from, keyHash)
	})
	if p.Time {
		workers = 1 // what is measured has the machine for itself
	}
	tasks := s.tasks()
	var done atomic.Int64
	var telling sync.Mutex
	eachOf(ctx, workers, len(tasks), func(i int) {
		s.carryOut(ctx, tasks[i])
		if p.Progress != nil {
			telling.Lock()
			defer telling.Unlock()
			p.Progress(int(done.Add(1)), len(tasks))
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.result()
}

func (p *Plan) workers() int {
	if p.Workers > 0 {
		return p.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// eachOf calls f for 0 … n-1 on so many goroutines, until ctx ends.
func eachOf(ctx context.Context, workers, n int, f func(int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for i := int(next.Add(1) - 1); i < n && ctx.Err() == nil; i = int(next.Add(1) - 1) {
				f(i)
			}
		})
	}
	wg.Wait()
}

// divided divides n keys into at most so many blocks.
func divided(n, most int) []task {
	blocks := min(max(n/blockKeys, 1), most)
	out := make([]task, blocks)
	for b := range out {
		out[b] = task{block: b, from: n * b / blocks, to: n * (b + 1) / blocks}
	}
	return out
}

// tasks lists the work, that which cannot be divided first: a picker that watches
// load places all keys in one order.
func (s *study) tasks() []task {
	var whole, parts []task
	s.counts = make([][]*blockCounts, len(s.Choices))
	for a, c := range s.Choices {
		most := mostBlocks
		if c.Spec.WatchesLoad {
			most = 1
		}
		blocks := divided(s.Keys.count, most)
		s.counts[a] = make([]*blockCounts, len(blocks))
		for _, t := range blocks {
			t.algorithm = a
			if most == 1 {
				whole = append(whole, t)
			} else {
				parts = append(parts, t)
			}
		}
	}
	return append(whole, parts...)
}

// carryOut places a block through all steps.
func (s *study) carryOut(ctx context.Context, t task) {
	found := &blockCounts{}
	s.counts[t.algorithm][t.block] = found
	p, err := newPlacement(s.Choices[t.algorithm], s.Seed, s.made, s.hashes[t.from:t.to])
	if err != nil {
		found.err = err
		return
	}
	if own, ok := p.picker.(algorithms.KeyHasher); ok {
		p.hashes = make([]uint64, t.to-t.from)
		s.Keys.hash(p.hashes, t.from, own.HashKey)
	}
	var popularity []float64
	if s.Keys.popularity != nil {
		popularity = s.Keys.popularity[t.from:t.to]
	}
	before, after := make([]int32, t.to-t.from), make([]int32, t.to-t.from)
	p.become(s.start)
	p.place(before)
	for i := range s.steps {
		if ctx.Err() != nil {
			return
		}
		p.become(s.steps[i].after)
		p.place(after)
		counts := s.views[i].count(before, after, popularity)
		counts.memory, counts.times = p.memory(), p.times
		found.steps = append(found.steps, counts)
		before, after = after, before
	}
}

// result puts the counts of the blocks together, in their order.
func (s *study) result() (*Result, error) {
	r := &Result{Schema: Schema, Provenance: s.Provenance, Keys: s.Keys.count, KeyDistribution: s.Keys.law, Seed: s.Seed, Warnings: s.Warnings}
	for i, step := range s.steps {
		view := s.views[i]
		answer := Step{At: step.At, Change: step.Text, NodesBefore: len(view.before), NodesAfter: len(view.after)}
		answer.tell(view)
		for a, c := range s.Choices {
			total := s.counts[a][0]
			if total.err != nil {
				return nil, total.err
			}
			for _, next := range s.counts[a][1:] {
				total.steps[i].add(next.steps[i])
			}
			o := view.outcome(total.steps[i], s.Keys.count)
			o.name(c)
			if s.Time {
				o.BuildSeconds, o.LookupSeconds = &total.steps[i].times.build, &total.steps[i].times.lookup
			}
			answer.Results = append(answer.Results, o)
		}
		r.Steps = append(r.Steps, answer)
	}
	return r, nil
}
