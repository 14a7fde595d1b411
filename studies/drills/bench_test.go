package drills

import (
	"os"
	"testing"
	"time"

	"lbsim/config"
)

// BenchmarkTwenty is all drills of twenty servers at 1,000 requests a second.
func BenchmarkTwenty(b *testing.B) {
	f, err := os.Open("testdata/twenty.yaml")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	cfg, err := config.Read("twenty.yaml", f)
	if err != nil {
		b.Fatal(err)
	}
	requests := 0.0
	for b.Loop() {
		p, err := Question{File: "twenty.yaml", Balancer: cfg, Load: Load{RateRPS: 1000, Service: 20 * time.Millisecond, CV: 1}}.Plan()
		if err != nil {
			b.Fatal(err)
		}
		r, err := Run(b.Context(), p)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(r.Drills)), "drills")
		requests += p.Requests
	}
	b.ReportMetric(requests/b.Elapsed().Seconds(), "requests/s")
}
