package remap

import (
	"context"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"lbsim/algorithms"
	"lbsim/studies/compare"
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
	counts [][][]*tally // by algorithm, block and step
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
	err := eachOf(ctx, workers, len(parts), func(i int) error {
		p.Keys.hash(s.hashes[parts[i].from:parts[i].to], parts[i].from, keyHash)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if p.Time {
		workers = 1 // what is measured has the machine for itself
	}
	if err := s.placeAll(ctx, workers); err != nil {
		return nil, err
	}
	return s.result(), nil
}

// placeAll carries out every task.
func (s *study) placeAll(ctx context.Context, workers int) error {
	tasks := s.tasks()
	done := 0
	var telling sync.Mutex
	return eachOf(ctx, workers, len(tasks), func(i int) error {
		err := s.carryOut(ctx, tasks[i])
		if s.Progress != nil {
			telling.Lock()
			defer telling.Unlock()
			done++
			s.Progress(done, len(tasks))
		}
		return err
	})
}

func (p *Plan) workers() int {
	if p.Workers > 0 {
		return p.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// eachOf calls f for 0 … n-1 on so many goroutines, until ctx ends, whose error it
// returns then. A panic comes back as a *compare.Panic.
func eachOf(ctx context.Context, workers, n int, f func(int) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, n)
	for range min(workers, n) {
		wg.Go(func() {
			for i := int(next.Add(1) - 1); i < n && ctx.Err() == nil; i = int(next.Add(1) - 1) {
				errs[i] = guarded(i, f)
			}
		})
	}
	wg.Wait()
	for _, err := range errs { // the first in order, whichever was first in time
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func guarded(i int, f func(int) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &compare.Panic{Value: p, Stack: debug.Stack()}
		}
	}()
	return f(i)
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
	s.counts = make([][][]*tally, len(s.Choices))
	for a, c := range s.Choices {
		most := mostBlocks
		if c.Spec.WatchesLoad {
			most = 1
		}
		blocks := divided(s.Keys.count, most)
		s.counts[a] = make([][]*tally, len(blocks))
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
func (s *study) carryOut(ctx context.Context, t task) error {
	p, err := newPlacement(s.Choices[t.algorithm], s.Seed, s.made, s.hashes[t.from:t.to])
	if err != nil {
		return err
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
			return ctx.Err()
		}
		p.become(s.steps[i].after)
		p.place(after)
		counts := s.views[i].count(before, after, popularity)
		counts.memory, counts.times = p.memory(), p.times
		s.counts[t.algorithm][t.block] = append(s.counts[t.algorithm][t.block], counts)
		before, after = after, before
	}
	return nil
}
