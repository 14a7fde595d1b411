package compare

import (
	"context"
	"math"
	"strconv"
	"strings"

	"lbsim/clock"
	"lbsim/scenarios"
	"lbsim/studies/result"
	"lbsim/studies/statistics"
)

// Trial is one variant whose replications are added to until somebody has seen enough of
// its objectives. One goroutine at a time may use it.
type Trial struct{ study *study }

// Judgement is how an objective stands after the replications of a trial.
type Judgement struct {
	statistics.Interval        // of its figure; N is 0 where that is not known
	Verdict             string // met, missed or undecided
	// Misleads says that the figure is too low: queues grow, or the slowest are unfinished.
	Misleads bool
}

// Bucket is how far a quantile may lie from the truth for the histogram's sake: half of a
// Bucket, relative.
const Bucket = 0.002

// NewTrial is a trial without a replication. warmUp is cut off each of them; workers is
// how many run at once; tell, unless nil, is called after each.
func NewTrial(v Variant, seed uint64, warmUp clock.Time, workers int, tell func()) *Trial {
	p := Plan{Variants: []Variant{v}, Seed: seed, Workers: workers}
	if tell != nil {
		p.Progress = func(int, int) { tell() }
	}
	return &Trial{newStudy(p, result.WarmUp{Seconds: warmUp.Seconds()})}
}

// Extend makes it n replications in all. When ctx ends before, the error is ctx's and
// those that are complete count.
func (t *Trial) Extend(ctx context.Context, n int) error {
	err := t.study.runUntil(ctx, n)
	t.study.judge()
	return err
}

// Replications is how many there are.
func (t *Trial) Replications() int { return t.study.complete }

// Requests is how many requests they measured.
func (t *Trial) Requests() (n uint64) {
	for _, r := range t.study.runs[0][:t.study.complete] {
		for _, c := range r.classes {
			n += c.Offered
		}
	}
	return n
}

// Objective judges the variant's i-th objective as results do, by an interval of that
// confidence, which a quantile's is made wider for the histogram's sake.
func (t *Trial) Objective(i int, confidence float64) Judgement {
	s, o := t.study, &t.study.Variants[0].Objectives[i]
	j := Judgement{Verdict: "undecided", Misleads: s.misleads(0, o.Metric)}
	sample, ok := s.sampleOf(0, s.figureOf(0, i))
	if !ok {
		return j
	}
	j.Interval = statistics.Mean(sample, confidence)
	if len(sample) < 2 {
		return j
	}
	low, high := j.Low, j.High
	if _, quantile := o.Metric.Quantile(); quantile {
		low, high = low*(1-Bucket), high*(1+Bucket)
	}
	if j.Misleads {
		high = math.Inf(1)
	}
	j.Verdict = o.verdict(low, high)
	return j
}

// Quantile returns which one of a distribution the metric is: 0.99 of p99.
func (m Metric) Quantile() (q float64, ok bool) {
	digits, ok := strings.CutPrefix(m.Path[strings.LastIndexByte(m.Path, '.')+1:], "p")
	if !ok {
		return 0, false
	}
	q, err := strconv.ParseFloat("0."+digits, 64)
	return q, err == nil
}

// Waits reports whether the metric is about the time that requests take, which has no bound
// where queues grow.
func (m Metric) Waits() bool { return m.steady }

// VariantOf makes a variant of a scenario by itself, with notes about objectives that
// can't be judged. Theory is not asked.
func VariantOf(name string, s *scenarios.Scenario) (Variant, []string) {
	choice := s.Balancer.Algorithm
	v := Variant{Name: name, Title: Title(choice), Algorithm: choice.Spec.Name, Parameters: choice.Values.Map(), Model: s.Build()}
	var notes []string
	for _, o := range s.SLO {
		if x, why := objectiveOf(o, s); why != "" {
			notes = append(notes, name+": the objective \""+o.Text+"\" is not judged: "+why)
		} else {
			v.Objectives = append(v.Objectives, x)
		}
	}
	return v, notes
}
