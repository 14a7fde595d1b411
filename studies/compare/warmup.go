package compare

import (
	"context"
	"errors"
	"fmt"
	"math"

	"lbsim/clock"
	"lbsim/sim"
	"lbsim/studies/result"
	"lbsim/studies/statistics"
)

// pilot is the replication of the pilot runs: one that no study reaches.
const pilot = math.MaxUint32

func fromSeconds(s float64) clock.Time { return clock.FromSeconds(s) }

// warmUp returns the cut of all runs: the one given, or the greatest that MSER-5
// finds on a pilot run of each variant.
func (p *Plan) warmUp(ctx context.Context) (result.WarmUp, error) {
	if !p.WarmUp.Auto {
		rule := "given"
		if p.WarmUp.Given == 0 {
			rule = "none"
		}
		return result.WarmUp{Seconds: p.WarmUp.Given.Seconds(), Rule: rule}, nil
	}
	cuts := make([]float64, len(p.Variants))
	for i, v := range p.Variants {
		cut, err := p.pilot(ctx, v)
		if err != nil {
			return result.WarmUp{}, err
		}
		cuts[i] = cut
	}
	longest := 0.0
	for _, c := range cuts {
		longest = max(longest, c)
	}
	return result.WarmUp{Seconds: longest, Rule: "mser-5"}, nil
}

// pilot runs a variant once and returns how many seconds of it MSER-5 cuts off.
// Latencies are taken in order of arrival, as near as their order of completion
// gives it; the cut is turned into the instant at which that share of the
// requests had arrived.
func (p *Plan) pilot(ctx context.Context, v Variant) (float64, error) {
	m := *v.Model
	m.WarmUp = 0
	m.Interval = 0
	var series statistics.Series
	var arrivals []clock.Time // every stride-th arrival
	stride, n := uint64(1), uint64(0)
	r, err := sim.Run(&m, sim.Options{Seed: p.Seed, Replication: pilot,
		Stop: func() bool { return ctx.Err() != nil },
		OnRequest: func(r *sim.Record) {
			if r.Outcome != sim.Completed {
				return
			}
			series.Add(r.Latency.Seconds())
			if n%stride == 0 {
				arrivals = append(arrivals, r.Arrival)
				if len(arrivals) == 2*statistics.MaxBatches {
					for i := range statistics.MaxBatches {
						arrivals[i] = arrivals[2*i]
					}
					arrivals, stride = arrivals[:statistics.MaxBatches], 2*stride
				}
			}
			n++
		}})
	if errors.Is(err, sim.ErrStopped) {
		return 0, ctx.Err()
	}
	if err != nil {
		return 0, fmt.Errorf("%s, pilot run: %w", v.Name, err)
	}
	cut, ok := series.Cut()
	at := int(uint64(cut) / stride)
	if cut == 0 || at >= len(arrivals) {
		return 0, nil
	}
	if !ok {
		// No steady state was seen: half the run is the most that may be cut, and
		// the judgement of stability will say what is wrong.
		return r.End.Seconds() / 2, nil
	}
	// Rounded up to a whole thousandth of the run, so that the figure is readable.
	grain := r.End.Seconds() / 1000
	cutAt := math.Round(math.Ceil(arrivals[at].Seconds()/grain)*grain*1e6) / 1e6 // 13.8, not 13.799999999999999
	return min(cutAt, r.End.Seconds()/2), nil
}
