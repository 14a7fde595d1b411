package algorithms

import (
	"fmt"
	"testing"
	"time"

	"lbsim/random"
)

// BenchmarkPick measures what a request costs the picker: pick, start and finish
// of the oldest of n in flight, and the answer where the picker learns from it.
// A picker keeps its declared cost if its figures grow from 10 to 100,000
// endpoints like that, apart from memory: at 100,000 no cache holds everything.
func BenchmarkPick(b *testing.B) {
	texts := []string{"least_connections:ties=random", "weighted_round_robin:schedule=edf", "weighted_round_robin:schedule=stride", "weighted_round_robin:schedule=lvs"}
	for _, s := range All() {
		texts = append(texts, s.Name)
	}
	for _, text := range texts {
		for _, n := range []int{10, 100, 1000, 10000, 100000} {
			b.Run(fmt.Sprintf("%s/equal/%d", text, n), func(b *testing.B) { benchmarkPick(b, text, equalWeights(n)) })
		}
		for _, n := range []int{10, 1000, 100000} {
			b.Run(fmt.Sprintf("%s/mixed/%d", text, n), func(b *testing.B) { benchmarkPick(b, text, mixedWeights(n)) })
		}
	}
}

func benchmarkPick(b *testing.B, text string, weights []float64) {
	p := newPool(b, text, weights...)
	observer, learns := p.picker.(Observer)
	_, probes := p.picker.(Prober)
	rnd := random.New(1, "requests", 0)
	requests := make([]Request, 1024)
	for i := range requests {
		requests[i] = *aRequest(&rnd)
	}
	open := make([]int32, len(weights))
	for i := range open {
		open[i] = p.pick(&requests[i%len(requests)])
		p.start(open[i])
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		at := i % len(open)
		i++
		p.now = p.now.Add(time.Microsecond)
		p.finish(open[at])
		if learns {
			observer.Observe(p.now, p.Set, open[at], Observation{Kind: Answer, Latency: time.Millisecond})
			if probes {
				observer.Observe(p.now, p.Set, open[at], Observation{Kind: Probe, Latency: time.Millisecond, InFlight: 1})
			}
		}
		open[at] = p.pick(&requests[i%len(requests)])
		p.start(open[at])
	}
}
