package capacity

import (
	"math"

	"lbsim/studies/compare"
	"lbsim/studies/theory"
)

// A rule says by theory alone whether a station meets an objective at a rate.
type rule struct {
	name, title, source string
	assumes             []assumption
	// meets is the rule; known is false where it says nothing about such an objective.
	meets func(x *station, o *compare.Objective, rate float64) (met, known bool)
}

// rulesOfThumb are the ways of sizing, from the crudest on.
var rulesOfThumb = []rule{
	{stability, "Servers never idle", "conservation of work", nil, withinBound},
	{"square_root", "Square-root staffing", "Halfin & Whitt 1981, with β for the share that may wait", pooled, squareRoot},
	{"erlang_c", "Erlang C (M/M/c)", "Kleinrock vol. 1 (1975), section 3.5", pooled, erlangC},
	{"erlang_b", "Erlang B (M/G/c/c)", "Erlang 1917", lossPool, erlangB},
	{"split", "M/M/1 at each server", "thinning; Kleinrock vol. 1 (1975), section 3.2", dealt, split},
	{"allen_cunneen", "Allen-Cunneen (G/G/c)", "Allen 1990, section 5.3", general, allenCunneen},
}

// stability is the first rule, which always has something to say.
const stability = "stability"

// utilized is the load, which every rule knows.
func utilized(x *station, o *compare.Objective, rate float64) (met, known bool) {
	if o.Metric.Path != "utilization" {
		return false, false
	}
	return o.Met(rate / x.bound), true
}

func withinBound(x *station, o *compare.Objective, rate float64) (met, known bool) {
	return rate < x.bound, true
}

// squareRoot keeps as many waiting as the quantile leaves: with p99 one in a hundred. How
// long they may wait it does not ask.
func squareRoot(x *station, o *compare.Objective, rate float64) (met, known bool) {
	q, quantile := o.Metric.Quantile()
	if !quantile || x.lossy {
		return false, false
	}
	a := rate / x.mu
	return float64(x.workers) >= a+float64(theory.SquareRootSurplus(1-q)*math.Sqrt(a)), true
}

func erlangC(x *station, o *compare.Objective, rate float64) (met, known bool) {
	return exponential(x, o, theory.MMC{C: x.workers, Lambda: rate, Mu: x.mu})
}

func split(x *station, o *compare.Objective, rate float64) (met, known bool) {
	share := float64(x.own) / float64(x.workers)
	return exponential(x, o, theory.MMC{C: x.own, Lambda: rate * share, Mu: x.mu})
}

// exponential holds M/M/c against an objective.
func exponential(x *station, o *compare.Objective, m theory.MMC) (met, known bool) {
	if x.lossy {
		return false, false
	}
	q, quantile := o.Metric.Quantile()
	waits := isWait(o)
	switch {
	case o.Metric.Class != "" && !waits:
		return false, false
	case m.Utilization() >= 1:
		return false, quantile || isMean(o)
	case quantile && waits:
		return m.WaitTail(o.Limit) <= 1-q, true
	case quantile:
		return m.ResponseTail(o.Limit) <= 1-q, true
	case isMean(o) && waits:
		return o.Met(m.MeanWait()), true
	case isMean(o):
		return o.Met(m.MeanResponse()), true
	}
	return false, false
}

func erlangB(x *station, o *compare.Objective, rate float64) (met, known bool) {
	if !x.lossy || o.Metric.Path != "error_ratio" {
		return false, false
	}
	return o.Met(theory.ErlangB(x.workers, rate/x.mu)), true
}

func allenCunneen(x *station, o *compare.Objective, rate float64) (met, known bool) {
	if x.lossy {
		return false, false
	}
	m := theory.AllenCunneen{MMC: theory.MMC{C: x.workers, Lambda: rate, Mu: x.mu}, ArrivalCV2: x.arrivalCV2, ServiceCV2: x.cv * x.cv}
	demands := x.demands[o.Metric.Class]
	q, quantile := o.Metric.Quantile()
	waits := isWait(o)
	switch {
	case m.Utilization() >= 1:
		return false, quantile || isMean(o)
	case quantile && waits:
		return m.WaitTail(o.Limit) <= 1-q, true
	case quantile:
		return m.ResponseTail(o.Limit, demands) <= 1-q, true
	case isMean(o) && waits:
		return o.Met(m.MeanWait()), true
	case isMean(o):
		return o.Met(m.MeanWait() + meanOf(demands)), true
	}
	return false, false
}

func isWait(o *compare.Objective) bool {
	return o.Metric.Path == "wait_seconds.mean" || o.Metric.Path == "wait_seconds.p50" || o.Metric.Path == "wait_seconds.p99"
}

func isMean(o *compare.Objective) bool {
	return o.Metric.Path == "wait_seconds.mean" || o.Metric.Path == "latency_seconds.mean"
}

func meanOf(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// holds reports whether all objectives of which the rule knows are met; known is false where
// it knows of none.
func (r *rule) holds(x *station, rate float64) (met, known bool) {
	met, known = true, r.name == stability
	for i := range x.objectives {
		o := &x.objectives[i]
		yes, knows := utilized(x, o, rate)
		if !knows {
			if yes, knows = r.meets(x, o, rate); !knows {
				continue
			}
			known = true
		}
		met = met && yes
	}
	return met, known
}
