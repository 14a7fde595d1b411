package capacity

import (
	"context"
	"math"

	"lbsim/studies/compare"
	"lbsim/studies/result"
	"lbsim/studies/statistics"
)

// The verdicts of a position.
const (
	metVerdict       = "met"
	missedVerdict    = "missed"
	undecidedVerdict = "undecided"
)

// Replications come in looks, each of as many as were there before. After each the position
// may be decided.
const (
	firstLook = 8
	mostLook  = firstLook << 7
)

// lookShares is which part of a probe's chance to err each look has, in 32nds: the later,
// the more, for only what is near the limit gets there.
var lookShares = []float64{1, 1, 2, 4, 6, 6, 6, 6}

// A probe is a position that was asked.
type probe struct {
	position     float64
	load         float64
	verdict      string
	replications int
	requests     uint64
	objectives   []compare.Objective
	judgements   []compare.Judgement   // by objective, with the confidence of verdicts
	points       []statistics.Interval // by objective, with that of results
	doubt        float64               // see doubtAt
	spent        bool                  // no requests are left for another
}

// confidence is that of the interval on which a verdict of a look, from 0, rests, so that all
// verdicts of a line hold together: the chance to err, which is on one side of a limit, is
// shared out over probes, looks and objectives beforehand (Bonferroni).
func confidence(look, objectives int) float64 {
	return 1 - 2*(1-compare.Confidence)*lookShares[look]/32/float64(mostProbes*objectives)
}

// decide adds replications until every objective is decided, one is missed, or no more
// than allowance requests could decide it.
func decide(ctx context.Context, t *compare.Trial, objectives []compare.Objective, allowance float64) (probe, error) {
	x := probe{verdict: undecidedVerdict, objectives: objectives}
	for look := range lookShares {
		n := firstLook << look
		if err := t.Extend(ctx, n); err != nil {
			return x, err
		}
		x.judge(t, look)
		most := min(mostLook, float64(n)*allowance/float64(max(x.requests, 1)))
		x.doubt = x.doubtAt(n, most)
		if x.verdict != undecidedVerdict || 2*float64(n) > most || x.hopeless(n, most) {
			break
		}
	}
	return x, nil
}

// judge takes the trial's verdicts.
func (x *probe) judge(t *compare.Trial, look int) {
	x.replications, x.requests = t.Replications(), t.Requests()
	x.judgements, x.points, x.verdict = nil, nil, metVerdict
	for i := range x.objectives {
		j := t.Objective(i, confidence(look, len(x.objectives)))
		x.judgements = append(x.judgements, j)
		x.points = append(x.points, t.Objective(i, compare.Confidence).Interval)
		switch {
		case j.Verdict == missedVerdict:
			x.verdict = missedVerdict
		case j.Verdict == undecidedVerdict && x.verdict == metVerdict:
			x.verdict = undecidedVerdict
		}
	}
}

// hopeless reports whether most replications would leave an objective undecided, even if its
// figure is as far from the limit as those of n allow.
func (x *probe) hopeless(n int, most float64) bool {
	for i, j := range x.judgements {
		if j.Verdict != undecidedVerdict || !j.Bounded {
			continue
		}
		far := math.Abs(j.Mean-x.objectives[i].Limit) + 2*j.SD/math.Sqrt(float64(n))
		if far < x.lastHalf(j, most) {
			return true
		}
	}
	return false
}

// lastHalf is about half of the interval that most replications would give: narrower than
// the first looks' not for their number alone, for the last one may err more often and knows
// the deviation better.
func (x *probe) lastHalf(j compare.Judgement, most float64) float64 {
	last := statistics.TQuantile((1+confidence(len(lookShares)-1, len(x.objectives)))/2, mostLook-1)
	return last * j.SD / math.Sqrt(most)
}

// doubtAt is how much of room an interval of most replications would take up, as the figures
// of n vary.
func (x *probe) doubtAt(n int, most float64) float64 {
	widest := 0.0
	for i, j := range x.judgements {
		if !j.Bounded || j.Misleads {
			continue
		}
		half := x.lastHalf(j, max(most, float64(n))) / math.Abs(j.Mean)
		if _, quantile := x.objectives[i].Metric.Quantile(); quantile {
			half += compare.Bucket
		}
		widest = max(widest, min(half*roomOf(&x.objectives[i], j), mostRoom))
	}
	return widest
}

// room is by how much the figures keep within their limits, at the objective that has the
// least: 1 at the limit, 2 where a latency is half of it, 0 where it grows for ever.
func (x *probe) room() float64 {
	least := mostRoom
	for i, j := range x.judgements {
		least = min(least, roomOf(&x.objectives[i], j))
	}
	return least
}

// mostRoom is what counts of it: how far a figure is below its limit says little of where
// it will be at it.
const mostRoom = 4.0

func roomOf(o *compare.Objective, j compare.Judgement) float64 {
	switch {
	case j.Misleads:
		return 0
	case j.N == 0:
		return 1
	case j.Mean == 0:
		return mostRoom
	case o.Metric.Goal == statistics.HigherIsBetter:
		return j.Mean / o.Limit
	}
	return o.Limit / j.Mean
}

// binding is the objective with the least room.
func (x *probe) binding() int {
	least := 0
	for i, j := range x.judgements {
		if roomOf(&x.objectives[i], j) < roomOf(&x.objectives[least], x.judgements[least]) {
			least = i
		}
	}
	return least
}

// public is the probe as the result tells it.
func (x *probe) public(place float64) Probe {
	p := Probe{At: place, Load: x.load, Verdict: x.verdict, Replications: x.replications, Requests: x.requests}
	for i, j := range x.judgements {
		p.Objectives = append(p.Objectives, Objective{Objective: x.objectives[i].Text, Verdict: j.Verdict, Estimate: estimateOf(j.Interval, j.Misleads)})
	}
	return p
}

// estimateOf is an interval as results tell it: nothing where it misleads.
func estimateOf(i statistics.Interval, misleads bool) result.Estimate {
	if i.N == 0 || misleads {
		return result.Estimate{}
	}
	e := result.Estimate{Value: &i.Mean}
	if i.Bounded {
		e.Low, e.High = &i.Low, &i.High
	}
	return e
}
