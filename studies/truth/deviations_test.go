package truth

import (
	"math"
	"strings"
	"testing"

	"lbsim/algorithms"
	"lbsim/clock"
	"lbsim/random"
	"lbsim/sim"
	"lbsim/workloads"
)

// How much the number of requests that a crash costs varies from one crash to the next:
// over Poisson arrivals split at random, and instants spread evenly over a cycle of
// checks.
//
// The deviation s of n numbers has (n-1)s²/σ² in a chi-square distribution, were they
// normal, so s lies within 4.0/sqrt(2(n-1)) of σ but for a chance of 6e-5. These are a
// Poisson number plus a uniform one, whose kurtosis is below 3, which narrows it. With
// 20,000 crashes that is 2%; the quick suite has 150, which is 23%, enough to see that an
// interval is not taken for another.
func TestDeviationsOfCrashes(t *testing.T) {
	crashes := among(150, 20_000)
	eachRow(t, "crash", 6, func(r row) bool { return strings.HasSuffix(r.ID, ".sd") }, func(t *testing.T, r row) verdict {
		return within(r.deviation(t, crashes), r.Value(), 4.0/math.Sqrt(2*float64(crashes-1))*r.Value())
	})
}

// deviation is that of the requests lost over a number of crashes.
func (r row) deviation(t *testing.T, crashes int) float64 {
	p := r.params
	n, rate, interval := p.whole("n"), p.number("lambda"), p.number("interval")
	instants := random.New(4, "crashes", 0)
	sum, squares := 0.0, 0.0
	for i := range crashes {
		m := r.breaking(t, n, rate, clock.FromSeconds(interval*(1+instants.Float64())))
		m.Balancer.Pools[0].Algorithm = must(algorithms.Parse("random"))
		m.Arrivals = func() workloads.Process { return must(workloads.NewPoisson(rate)) }
		x, err := sim.Run(m, sim.Options{Seed: 6, Replication: uint64(i)})
		if err != nil {
			t.Fatal(err)
		}
		lost := float64(x.Classes[0].Failed + x.Classes[0].TimedOut)
		sum += lost
		squares += lost * lost
	}
	mean := sum / float64(crashes)
	return math.Sqrt((squares - float64(crashes)*mean*mean) / float64(crashes-1))
}
