package compare_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"lbsim/scenarios"
	"lbsim/sim"
	"lbsim/studies/compare"
)

// ending is a context that ends, with the error given, when told to.
type ending struct {
	context.Context
	ended atomic.Bool
	err   error
}

func (c *ending) Err() error {
	if c.ended.Load() {
		return c.err
	}
	return nil
}

func sixReplications(t *testing.T, q compare.Question) compare.Plan {
	q.Sources = []*scenarios.Source{source(t, equal, "run.replications=6", "run.duration=20s")}
	q.Algorithms = []string{"rr", "lc"}
	return planOf(t, q)
}

// TestInterrupted: what is complete for every variant is returned, as if no more had
// been asked for, and marked.
func TestInterrupted(t *testing.T) {
	for _, why := range []error{context.Canceled, context.DeadlineExceeded} {
		p := sixReplications(t, compare.Question{})
		p.Workers = 1
		ctx := &ending{Context: context.Background(), err: why}
		p.Progress = func(done, planned int) { ctx.ended.Store(done == 5) }
		got, err := compare.Run(ctx, p)
		if err != nil {
			t.Fatalf("%v: %v", why, err)
		}
		if !got.Interrupted || got.Replications != 2 {
			t.Fatalf("%v: interrupted %v, with %d replications; five of twelve runs make two", why, got.Interrupted, got.Replications)
		}
		p.Progress, p.Replications = nil, 2
		want := run(t, p)
		want.Interrupted = true
		same(t, got, want)
	}
}

// TestInterruptedPrecision: what the last round left undone is dropped.
func TestInterruptedPrecision(t *testing.T) {
	p := sixReplications(t, compare.Question{Precision: 1e-6})
	ctx := &ending{Context: context.Background(), err: context.Canceled}
	p.Progress = func(done, planned int) { ctx.ended.Store(ctx.ended.Load() || done == 17) }
	r, err := compare.Run(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	// Of 17 runs, at most one a worker is beyond the last whole replication.
	if !r.Interrupted || r.Replications < 6 || r.Replications > 9 {
		t.Errorf("interrupted %v, with %d replications", r.Interrupted, r.Replications)
	}
}

// TestNothingDone: without a whole replication there is no result.
func TestNothingDone(t *testing.T) {
	for name, stop := range map[string]func(p *compare.Plan, end func()){
		"before":            func(_ *compare.Plan, end func()) { end() },
		"in the pilot run":  func(p *compare.Plan, end func()) { p.WarmUp.Auto = true; end() },
		"in the first run":  func(p *compare.Plan, end func()) { p.OnRequest = func(int, int, *sim.Record) { end() } },
		"with half of them": func(p *compare.Plan, end func()) { p.Workers = 1; p.Progress = func(int, int) { end() } },
	} {
		p := sixReplications(t, compare.Question{})
		ctx, cancel := context.WithCancel(context.Background())
		stop(&p, cancel)
		r, err := compare.Run(ctx, p)
		if !errors.Is(err, context.Canceled) || r != nil {
			t.Errorf("%s: %v, %v", name, r, err)
		}
		cancel()
	}
}

// TestEndedAfterTheLast: a study that is done is not interrupted.
func TestEndedAfterTheLast(t *testing.T) {
	p := sixReplications(t, compare.Question{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p.Progress = func(done, planned int) {
		if done == planned {
			cancel()
		}
	}
	r, err := compare.Run(ctx, p)
	if err != nil || r.Interrupted || r.Replications != 6 {
		t.Errorf("%v; %+v", err, r)
	}
}

// TestProgress: runs are counted one by one up to what is planned.
func TestProgress(t *testing.T) {
	for _, precision := range []float64{0, 0.08} {
		p := sixReplications(t, compare.Question{Precision: precision, Metrics: []string{"mean"}})
		last, end := 0, 0
		p.Progress = func(done, planned int) {
			if done != last+1 || planned < done || planned < end || planned%2 != 0 {
				t.Errorf("%d of %d runs after %d of %d", done, planned, last, end)
			}
			last, end = done, planned
		}
		r := run(t, p)
		if last != end || last != 2*r.Replications {
			t.Errorf("%d of %d runs at the end, for %d replications", last, end, r.Replications)
		}
	}
}

// TestRecordsComeInOrder: by replication, variant and time, whatever Workers says.
func TestRecordsComeInOrder(t *testing.T) {
	p := sixReplications(t, compare.Question{})
	p.Workers = 4
	at, n := [2]int{}, 0
	p.OnRequest = func(variant, replication int, r *sim.Record) {
		now := [2]int{replication, variant}
		if now[0] < at[0] || now[0] == at[0] && now[1] < at[1] {
			t.Fatalf("replication, variant %v after %v", now, at)
		}
		at = now
		n++
	}
	run(t, p)
	if want := [2]int{5, 1}; at != want || n == 0 {
		t.Errorf("ended at %v", at)
	}
}
