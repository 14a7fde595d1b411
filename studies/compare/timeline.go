package compare

import (
	"cmp"
	"slices"

	"lbsim/sim"
	"lbsim/sim/histogram"
	"lbsim/studies/result"
	"lbsim/studies/statistics"
)

// pool is the timeline summed over replications, in their order.
type pool struct {
	intervals []sim.Interval
	runs      int
}

func (p *pool) add(intervals []sim.Interval) {
	p.runs++
	for len(p.intervals) < len(intervals) {
		p.intervals = append(p.intervals, sim.Interval{})
	}
	for i, x := range intervals {
		sum := &p.intervals[i]
		sum.Offered += x.Offered
		sum.Completed += x.Completed
		sum.Failed += x.Failed
		sum.Latency = mergeCounts(sum.Latency, x.Latency)
		sum.Lookups = addLookups(sum.Lookups, x.Lookups)
		sum.Attempts += x.Attempts
		sum.Status = mergeStatus(sum.Status, x.Status)
		if sum.Servers == nil {
			sum.Servers = make([]sim.ServerInterval, len(x.Servers))
		}
		for j, y := range x.Servers {
			sum.Servers[j].Attempts += y.Attempts
			sum.Servers[j].InFlight += y.InFlight
		}
		if x.Fleet != nil {
			if sum.Fleet == nil {
				sum.Fleet = &sim.Fleet{}
			}
			sum.Fleet.Up += x.Fleet.Up
			sum.Fleet.Wanted += x.Fleet.Wanted
		}
	}
}

// mergeCounts adds two ascending lists of filled buckets.
func mergeCounts(a, b []sim.Count) []sim.Count {
	if len(a) == 0 {
		return b
	}
	merged := make([]sim.Count, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].Index < b[0].Index:
			merged, a = append(merged, a[0]), a[1:]
		case b[0].Index < a[0].Index:
			merged, b = append(merged, b[0]), b[1:]
		default:
			merged = append(merged, sim.Count{Index: a[0].Index, N: a[0].N + b[0].N})
			a, b = a[1:], b[1:]
		}
	}
	return append(append(merged, a...), b...)
}

// timeline makes a variant's timeline of what was pooled and of each
// replication's number in system.
func (s *study) timeline(v int) result.Timeline {
	p := &s.pooled[v]
	m := s.models[v]
	t := result.Timeline{Interval: m.Interval.Seconds(), Events: []result.Event{}}
	runs := float64(max(p.runs, 1))
	for i, x := range p.intervals {
		t.Offered = append(t.Offered, float64(x.Offered)/runs)
		t.Completed = append(t.Completed, float64(x.Completed)/runs)
		t.Failed = append(t.Failed, float64(x.Failed)/runs)
		t.InFlight = append(t.InFlight, s.meanBacklog(v, i))
		h := &histogram.Histogram{}
		for _, c := range x.Latency {
			h.RecordIndex(int(c.Index), uint64(c.N))
		}
		t.P50 = append(t.P50, timelineQuantile(h, 0.5))
		t.P99 = append(t.P99, timelineQuantile(h, 0.99))
		if x.Lookups != nil {
			t.HitRatio = append(t.HitRatio, known(x.Lookups.HitRatio()))
		}
		if x.Fleet != nil {
			t.Up = append(t.Up, x.Fleet.Up/runs)
			t.Wanted = append(t.Wanted, x.Fleet.Wanted/runs)
		}
	}
	p.series(&t, m)
	for _, a := range m.Acts {
		t.Events = append(t.Events, result.Event{At: a.At.Seconds(), Kind: a.Kind.String(), Server: actServers(m, a), Detail: a.Label})
	}
	t.Events = append(t.Events, happened(m, s.runs[v][0].happened)...)
	t.Events = append(t.Events, scaled(m, s.runs[v][0].scalings)...)
	t.Events = append(t.Events, steps(m, s.runs[v][0].marks)...)
	slices.SortStableFunc(t.Events, func(a, b result.Event) int { return cmp.Compare(a.At, b.At) })
	return t
}

func timelineQuantile(h *histogram.Histogram, q float64) *float64 {
	if !statistics.QuantileKnown(q, h.Count()) {
		return nil
	}
	return known(h.Quantile(q))
}

func (s *study) meanBacklog(v, interval int) float64 {
	sum := 0.0
	for _, r := range s.runs[v][:s.complete] {
		if interval < len(r.backlog) {
			sum += r.backlog[interval]
		}
	}
	return sum / float64(s.complete)
}

// actServers names the server of an act, if it is about one.
func actServers(m *sim.Model, a sim.Act) string {
	if len(a.Servers) != 1 {
		return ""
	}
	return m.Server(a.Servers[0]).Name
}
