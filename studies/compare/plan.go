// Package compare runs variants of a scenario side by side, over replications that
// all meet the same arrivals and the same work, and says with what confidence they
// differ.
package compare

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"lbsim/clock"
	"lbsim/sim"
	"lbsim/studies/result"
	"lbsim/studies/statistics"
)

// Plan is what to compare and how sure to be.
type Plan struct {
	Variants     []Variant // at least one; names differ
	Seed         uint64
	Replications int     // at least 1
	Precision    float64 // half-width over mean to reach for every metric; 0: Replications are enough
	Limit        int     // of replications under Precision; 0: 50 times Replications
	WarmUp       WarmUp
	Baseline     string   // a variant's name; "": the first
	Metrics      []Metric // to compare; nil: DefaultMetrics
	MinEffect    float64  // relative differences below it count for nothing
	Workers      int      // how many runs at once; 0: as many as cores
	// Progress is told how many runs are done of how many so far planned, from
	// one goroutine at a time; nil: nobody.
	Progress func(done, planned int)
	// OnRequest is called for every request of every run, from one goroutine at a
	// time and in order of variant, replication and time; nil: not at all. With it
	// the runs follow one another.
	OnRequest func(variant, replication int, r *sim.Record)
}

// Variant is one of the things compared.
type Variant struct {
	Name       string
	Title      string
	Algorithm  string
	Parameters map[string]string
	Changes    []string // settings in which it differs, as path=value
	Model      *sim.Model
	Capacity   float64 // seconds of demand that all servers do in a second
	Theory     func(r *result.Variant) []result.Theory
	Objectives []Objective
}

// WarmUp says what is cut off at the start of every replication.
type WarmUp struct {
	Auto  bool // found by MSER-5 on a pilot run of every variant
	Given clock.Time
}

// Confidence is that of every interval.
const Confidence = statistics.Confidence

// Run carries the plan out. When ctx ends before the plan does, it returns what
// is complete for every variant, marked Interrupted, or ctx's error when nothing
// is.
func Run(ctx context.Context, p Plan) (*result.Result, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if p.Workers <= 0 {
		p.Workers = runtime.GOMAXPROCS(0)
	}
	if len(p.Metrics) == 0 {
		p.Metrics = DefaultMetrics
	}
	if p.Limit == 0 {
		p.Limit = 50 * p.Replications
	}
	warm, err := p.warmUp(ctx)
	if err != nil {
		return nil, err
	}
	s := newStudy(p, warm)
	err = s.replicate(ctx)
	if err != nil && !(errors.Is(err, context.Canceled) && s.complete > 0) {
		return nil, err
	}
	r := s.result()
	r.Interrupted = err != nil
	return r, nil
}

func (p *Plan) check() error {
	if len(p.Variants) == 0 {
		return errors.New("compare: no variant")
	}
	if p.Replications < 1 {
		return fmt.Errorf("compare: replications = %d: must be at least 1", p.Replications)
	}
	names := map[string]bool{}
	for _, v := range p.Variants {
		if names[v.Name] {
			return fmt.Errorf("compare: two variants are named %q", v.Name)
		}
		names[v.Name] = true
	}
	if p.Baseline != "" && !names[p.Baseline] {
		known := make([]string, 0, len(p.Variants))
		for _, v := range p.Variants {
			known = append(known, v.Name)
		}
		return fmt.Errorf("compare: baseline %q is none of the variants: %v", p.Baseline, known)
	}
	return nil
}

// baseline returns the index of the variant that others are compared with.
func (p *Plan) baseline() int {
	return max(0, slices.IndexFunc(p.Variants, func(v Variant) bool { return v.Name == p.Baseline }))
}
