package compare

import (
	"math"
	"strconv"

	"lbsim/balancer"
	"lbsim/sim/histogram"
	"lbsim/studies/result"
	"lbsim/studies/statistics"
)

// result makes the contract's document of what was run.
func (s *study) result() *result.Result {
	r := &result.Result{
		Schema: result.Schema, Provenance: s.Provenance, Scenario: s.Name, Description: s.Description,
		Seed: s.Seed, Replications: s.complete, WarmUp: s.warm,
		Warnings: append([]string{}, s.Notes...), Results: []result.Variant{}, Comparisons: []result.Comparison{}, SLO: []result.Objective{},
	}
	s.judge()
	for v := range s.Variants {
		x := s.variant(v)
		r.Results = append(r.Results, x)
		r.Warnings = append(r.Warnings, s.warnings(v, &x)...)
		r.SLO = append(r.SLO, s.objectives(v)...)
	}
	agree(r.Results, s.complete)
	r.Comparisons = s.compare()
	r.Fingerprint = s.fingerprint()
	return r
}

// variant summarises a variant over its replications.
func (s *study) variant(v int) result.Variant {
	p := &s.Variants[v]
	x := result.Variant{
		Name: p.Name, Title: p.Title, Algorithm: p.Algorithm, Parameters: p.Parameters, Changes: p.Changes, Load: p.Load,
		Unstable: s.judged[v] == statistics.Unstable, Status: map[string]uint64{},
		Routes: []result.Group{}, Pools: []result.Group{}, Tiers: []result.Tier{}, Servers: []result.Server{}, Classes: []result.Class{},
		Distribution: &histogram.Histogram{},
	}
	if x.Parameters == nil {
		x.Parameters = map[string]string{}
	}
	misleads := s.judged[v] != statistics.Stable
	all := func(r *replicate) *figures { return &r.all }
	x.Latency, x.Wait = s.latency(v, all, misleads), s.wait(v, all, misleads)
	x.Throughput = s.estimate(v, false, func(r *replicate) float64 { return r.all.throughput })
	x.ErrorRatio = s.estimate(v, false, func(r *replicate) float64 { return r.all.errorRatio })
	x.RetryRatio = s.estimate(v, false, func(r *replicate) float64 { return r.all.retry })
	x.LostRatio = s.estimate(v, false, func(r *replicate) float64 { return r.all.lost })
	x.WastedRatio = s.estimate(v, false, func(r *replicate) float64 { return r.all.wasted })
	x.WastedSeconds = s.estimate(v, false, func(r *replicate) float64 { return r.all.wastedSeconds })
	x.HedgeRatio = s.estimate(v, false, func(r *replicate) float64 { return r.all.hedge })
	x.Amplification = s.estimate(v, false, func(r *replicate) float64 { return r.all.amplification })
	x.Recovery = s.recovery(v)
	x.Utilization = s.estimate(v, false, func(r *replicate) float64 { return r.all.utilization })
	x.CheckUtilization = s.estimate(v, false, func(r *replicate) float64 { return r.all.checking })
	x.OfferedLoad = s.estimate(v, false, func(r *replicate) float64 { return r.all.offeredLoad })
	x.InSystem = s.estimate(v, misleads, func(r *replicate) float64 { return r.all.inSystem })
	x.Imbalance.PeakToMean = s.estimate(v, false, func(r *replicate) float64 { return r.all.peakToMean })
	x.Imbalance.CV = s.estimate(v, false, func(r *replicate) float64 { return r.all.cv })
	x.Imbalance.Jain = s.estimate(v, false, func(r *replicate) float64 { return r.all.jain })
	x.Sessions = s.estimate(v, false, func(r *replicate) float64 { return r.all.sessions })
	x.HitRatio = s.estimate(v, false, func(r *replicate) float64 { return r.all.hitRatio })
	x.Misses = s.estimate(v, false, func(r *replicate) float64 { return r.all.misses })
	x.Cost = s.cost(v)
	for _, r := range s.runs[v][:s.complete] {
		x.Distribution.Merge(r.latency)
		x.Replicates = append(x.Replicates, r.latency)
		for code, n := range r.status {
			if n > 0 {
				x.Status[strconv.Itoa(code)] += n
			}
		}
	}
	for c := range s.models[v].Classes {
		class := s.class(v, c, misleads)
		x.Requests = sum(x.Requests, class.Requests)
		x.Resent += class.Resent
		for why, n := range class.Reasons {
			countReason(&x.Reasons, why, n)
		}
		x.Classes = append(x.Classes, class)
	}
	s.groups(v, &x, misleads)
	s.tiers(v, &x)
	s.servers(v, &x, misleads)
	x.Timeline = s.timeline(v)
	if !misleads {
		x.Theory = theoryOf(p.Theory, &x)
	}
	return x
}

func (s *study) class(v, c int, misleads bool) result.Class {
	of := func(r *replicate) *figures { return &r.classes[c].figures }
	x := result.Class{
		Name: s.models[v].Classes[c].Name, Latency: s.latency(v, of, misleads), Wait: s.wait(v, of, misleads),
		Distribution: &histogram.Histogram{},
	}
	for _, r := range s.runs[v][:s.complete] {
		o := r.classes[c].Outcomes
		x.Requests = sum(x.Requests, result.Requests(o))
		x.Resent += r.classes[c].resent
		countReasons(&x.Reasons, &r.classes[c].reasons)
		x.Distribution.Merge(r.classes[c].latency)
	}
	return x
}

// reasonWord is what results call the reason of a rejection; without one of the
// balancer's it was the server that had no room.
func reasonWord(r balancer.Reason) string {
	if r == balancer.NoReason {
		return "server_full"
	}
	return r.String()
}

// countReasons adds a run's rejections by reason.
func countReasons(to *map[string]uint64, run *[balancer.Reasons]uint64) {
	for why, n := range run {
		countReason(to, reasonWord(balancer.Reason(why)), n)
	}
}

// countReason adds n rejections for a reason: what never happened is left out.
func countReason(to *map[string]uint64, why string, n uint64) {
	if n == 0 {
		return
	}
	if *to == nil {
		*to = map[string]uint64{}
	}
	(*to)[why] += n
}

func sum(a, b result.Requests) result.Requests {
	return result.Requests{Offered: a.Offered + b.Offered, Completed: a.Completed + b.Completed, Failed: a.Failed + b.Failed,
		Rejected: a.Rejected + b.Rejected, TimedOut: a.TimedOut + b.TimedOut, Unfinished: a.Unfinished + b.Unfinished}
}

// maxServers is how many servers a result lists one by one.
const maxServers = 1000

func (s *study) servers(v int, x *result.Variant, misleads bool) {
	m := s.models[v]
	for i := range min(len(s.runs[v][0].servers), maxServers) {
		if s.neverThere(v, i) {
			continue
		}
		of := func(r *replicate) *figures { return &r.servers[i].figures }
		server := m.Server(i)
		y := result.Server{Name: server.Name, Zone: m.ZoneName(server.Zone), Status: map[string]uint64{},
			Latency:     s.latency(v, of, misleads),
			Utilization: s.estimate(v, false, func(r *replicate) float64 { return r.servers[i].utilization }),
			MeanActive:  s.estimate(v, misleads, func(r *replicate) float64 { return r.servers[i].active }),
			HitRatio:    s.estimate(v, false, func(r *replicate) float64 { return r.servers[i].hitRatio }),
		}
		for _, r := range s.runs[v][:s.complete] {
			y.Requests += r.servers[i].requests
			for _, c := range r.servers[i].status {
				y.Status[strconv.Itoa(c.Status)] += c.N
			}
		}
		x.Servers = append(x.Servers, y)
	}
}

// neverThere reports whether a server was started in no replication.
func (s *study) neverThere(v, i int) bool {
	for _, r := range s.runs[v][:s.complete] {
		if r.servers[i].there {
			return false
		}
	}
	return true
}

func (s *study) latency(v int, of func(*replicate) *figures, misleads bool) result.Latency {
	e := func(f func(*figures) float64) result.Estimate {
		return s.estimate(v, misleads, func(r *replicate) float64 { return f(of(r)) })
	}
	return result.Latency{
		Mean: e(func(f *figures) float64 { return f.mean }), P50: e(func(f *figures) float64 { return f.p50 }),
		P90: e(func(f *figures) float64 { return f.p90 }), P95: e(func(f *figures) float64 { return f.p95 }),
		P99: e(func(f *figures) float64 { return f.p99 }), P999: e(func(f *figures) float64 { return f.p999 }),
	}
}

func (s *study) wait(v int, of func(*replicate) *figures, misleads bool) result.Wait {
	e := func(f func(*figures) float64) result.Estimate {
		return s.estimate(v, misleads, func(r *replicate) float64 { return f(of(r)) })
	}
	return result.Wait{
		Mean: e(func(f *figures) float64 { return f.waitMean }),
		P50:  e(func(f *figures) float64 { return f.waitP50 }), P99: e(func(f *figures) float64 { return f.waitP99 }),
	}
}

// estimate is the mean of a figure over replications with its interval; nothing
// where the figure misleads or a replication does not know it.
func (s *study) estimate(v int, misleads bool, of func(*replicate) float64) result.Estimate {
	if misleads {
		return result.Estimate{}
	}
	sample, ok := s.sampleOf(v, of)
	if !ok {
		return result.Estimate{}
	}
	return estimateOf(statistics.Mean(sample, Confidence))
}

// sampleOf is a figure of every complete replication; ok is false where one does not
// know it.
func (s *study) sampleOf(v int, of func(*replicate) float64) (sample []float64, ok bool) {
	sample = make([]float64, 0, s.complete)
	for _, r := range s.runs[v][:s.complete] {
		x := of(r)
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, false
		}
		sample = append(sample, x)
	}
	return sample, true
}

func estimateOf(i statistics.Interval) result.Estimate {
	if i.N == 0 {
		return result.Estimate{}
	}
	e := result.Estimate{Value: known(i.Mean)}
	if i.Bounded {
		e.Low, e.High = known(i.Low), known(i.High)
	}
	return e
}
