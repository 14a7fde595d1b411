package drills

import (
	"context"

	"lbsim/studies/compare"
	"lbsim/studies/result"
)

// Change is what a changed configuration does otherwise than the one before.
type Change struct {
	Pairs []Pair  `json:"drills"`
	Moved []Moved `json:"moved"`
	// Assumed is what was taken for granted, and what could not be compared.
	Assumed     []string `json:"assumed"`
	Interrupted bool     `json:"interrupted,omitempty"`
}

// Pair is a drill before and after, with the same requests.
type Pair struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Pool   string `json:"pool"`
	Before Drill  `json:"before"`
	After  Drill  `json:"after"`
	// Differences are after less before, paired replication by replication.
	Differences []result.Comparison `json:"differences"`
	// Verdict is worse where an objective is missed now that was met, better the other way
	// round or where clearly fewer requests fail; otherwise worse where a figure is, unless it is
	// less than 0.1% more errors with all objectives met, better where one is, no_difference, or undecided where nothing could be tested.
	Verdict string `json:"verdict"`
}

// RunChange carries the plan out, as Run does.
func RunChange(ctx context.Context, p *ChangePlan) (*Change, error) {
	r := &Change{Pairs: []Pair{}, Moved: append([]Moved{}, p.moved...), Assumed: append([]string{}, p.assumed...)}
	var plans []*compare.Plan
	for _, m := range p.matches {
		plans = append(plans, m.plan)
	}
	var err error
	r.Interrupted, err = carryOut(ctx, plans, p.Workers, p.Progress, func(k int, x *result.Result) {
		m := p.matches[k]
		for i, pair := range m.pairs {
			r.Pairs = append(r.Pairs, m.pairOf(pair, x, 2*i))
		}
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// pairOf is what a pair came to as two variants of a result, the first of them at a place.
func (m *match) pairOf(pair [2]*drill, x *result.Result, at int) Pair {
	y := Pair{Name: pair[1].name, Kind: pair[1].kind.Name, Pool: m.after.pool,
		Before: m.before.drillOf(pair[0], &x.Results[at], x), After: m.after.drillOf(pair[1], &x.Results[at+1], x)}
	y.Differences, y.After.Differences = y.After.Differences, []result.Comparison{}
	for i := range y.Differences {
		y.Differences[i].Baseline, y.Differences[i].Candidate = "before", "after"
	}
	y.Verdict = y.judge()
	return y
}

// fewer is by how much less of the requests must fail for latencies to be those of other
// requests, whose tail is no loss.
const fewer = 0.005

// slight is by how much more of the requests may fail where the objectives are met all the
// same: from no error at all any number of them is many times as many.
const slight = 0.001

// judge is the verdict of a pair: objectives come first, then errors, then latencies.
func (y *Pair) judge() string {
	verdicts, answered := map[string]bool{}, false
	for _, c := range y.Differences {
		if c.Metric == "error_ratio" && c.Verdict == "worse" && y.After.Verdict == "met" && *c.Difference.Value < slight {
			verdicts["no_difference"] = true
			continue
		}
		verdicts[c.Verdict] = true
		if c.Metric == "error_ratio" && c.Verdict == "better" && -*c.Difference.Value > fewer {
			answered = true
		}
	}
	switch was, is := y.Before.Verdict, y.After.Verdict; {
	case was == "met" && is == "missed":
		return "worse"
	case was == "missed" && is == "met" || answered:
		return "better"
	}
	for _, verdict := range []string{"worse", "better", "no_difference"} {
		if verdicts[verdict] {
			return verdict
		}
	}
	return "undecided"
}

// Worse returns the pairs that are.
func (r *Change) Worse() (worse []Pair) {
	for _, y := range r.Pairs {
		if y.Verdict == "worse" {
			worse = append(worse, y)
		}
	}
	return worse
}
