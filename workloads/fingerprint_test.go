package workloads_test

import (
	"math"
	"testing"

	"lbsim/workloads"
)

// fingerprint folds (FNV-1a) a thousand draws and some quantiles of every law, a
// thousand arrivals of every process and a thousand keys.
func fingerprint() uint64 {
	h := uint64(14695981039346656037)
	fold := func(u uint64) {
		for range 8 {
			h = (h ^ u&255) * 1099511628211
			u >>= 8
		}
	}
	for _, l := range laws {
		src := stream(l.name)
		for range 1000 {
			fold(math.Float64bits(l.law.Sample(src)))
		}
		for _, x := range []float64{l.law.Mean(), l.law.CV(), l.law.Quantile(0.3), l.law.Quantile(0.99)} {
			fold(math.Float64bits(x))
		}
	}
	all := processes()
	for _, name := range workloads.ArrivalNames() {
		p, open := all[name]
		if !open {
			continue
		}
		src := stream(name)
		for range 1000 {
			at, _ := p.Next(src)
			fold(uint64(at))
		}
	}
	for _, exponent := range []float64{0, 0.7, 1, 1.3} {
		keys, src := must(workloads.NewZipf(1e6, exponent)), stream("zipf")
		for range 1000 {
			fold(workloads.KeyHash(uint64(keys.Key(src))))
		}
	}
	return h
}

// The number was computed on amd64; that it is the same on any platform and level
// of optimisation is what makes runs repeatable everywhere.
func TestDrawsHaveTheSameBitsEverywhere(t *testing.T) {
	const want uint64 = 0xf30bc966c4ce8b0d
	if got := fingerprint(); got != want {
		t.Errorf("fingerprint %#x, want %#x", got, want)
	}
}
