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
	"strings"

	"lbsim/algorithms"
	"lbsim/clock"
	"lbsim/sim"
	"lbsim/studies/result"
	"lbsim/studies/statistics"
	"lbsim/studies/theory"
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
	Metrics      []Metric // to compare; nil: what the scenario is about, then DefaultMetrics
	MinEffect    float64  // relative differences below it count for nothing
	Requests     float64  // how many all runs have, about; 0: not known
	Workers      int      // how many runs at once; 0: as many as cores
	Notes        []string // to be shown as warnings
	Name         string   // the scenario's
	Description  string
	Provenance   result.Provenance

	leading int // of Metrics, those that nobody named: no precision is asked of them

	// Progress is told how many runs are done of how many so far planned, from
	// one goroutine at a time; nil: nobody.
	Progress func(done, planned int)
	// OnRequest is called for every request of every run, from one goroutine at a
	// time and in order of replication, variant and time; nil: not at all. With it
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
	Theory     []theory.Figure
	Objectives []Objective
	Load       *float64 // the offered load it was asked at
	// Since is from when on its timeline is one trial, followed to the end of the run
	// whatever acts it has; 0: each failure is followed until the next act.
	Since clock.Time
	Group int // comparisons stay within a group, one for each load
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
		lead := p.Variants[0].leading()
		p.leading, p.Metrics = len(lead), slices.Concat(lead, DefaultMetrics)
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
	if stopped := ctx.Err() != nil && errors.Is(err, ctx.Err()); err != nil && !(stopped && s.complete > 0) {
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
	return p.nameBaseline()
}

// nameBaseline makes the baseline a variant's name: as people type it, an
// algorithm's alias will do.
func (p *Plan) nameBaseline() error {
	if p.Baseline == "" {
		return nil
	}
	wanted := p.Baseline
	if choice, err := algorithms.Parse(wanted); err == nil {
		wanted = choice.String()
	}
	known := make([]string, 0, len(p.Variants))
	for _, v := range p.Variants {
		name, _, _ := strings.Cut(v.Name, "@")
		if name == p.Baseline || name == wanted || v.Name == p.Baseline {
			p.Baseline = name
			return nil
		}
		known = append(known, v.Name)
	}
	return fmt.Errorf("--baseline %s: is none of the variants: %s", p.Baseline, strings.Join(known, ", "))
}

// baseline returns the index of the variant that v is compared with: in its
// group, the one of that name, or the first.
func (p *Plan) baseline(v int) int {
	first := -1
	for i := range p.Variants {
		if p.Variants[i].Group != p.Variants[v].Group {
			continue
		}
		name, _, _ := strings.Cut(p.Variants[i].Name, "@")
		if p.Baseline != "" && (name == p.Baseline || p.Variants[i].Name == p.Baseline) {
			return i
		}
		if first < 0 {
			first = i
		}
	}
	return first
}
