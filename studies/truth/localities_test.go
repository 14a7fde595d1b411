package truth

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/random"
)

// Every row about priority levels and zones is asked of a balancer whose endpoints have
// them, and whose health checks have found so many of them fit: by the shares that it
// divides requests by, exactly, and by where requests then go, within five standard
// deviations of a binomial count.
func TestKnownAnswersAboutLocalities(t *testing.T) {
	asked := 0
	for _, r := range readFamilies(t, "prioload zone") {
		asked++
		t.Run(r.ID, func(t *testing.T) {
			lb, shares := r.localities(t)
			var got []string
			for _, x := range shares {
				got = append(got, fmt.Sprintf("%v", x))
			}
			if text := strings.Join(got, " "); text != r.Expected {
				t.Errorf("shares %s, want %s", text, r.Expected)
			}
			const requests = 20_000
			localityOf := map[int32]int{}
			for i := range shares {
				for j := range each {
					if slot, ok := lb.Slot(0, endpointName(i, j)); ok {
						localityOf[slot] = i
					}
				}
			}
			counts, sum := make([]float64, len(shares)), 0.0
			for range requests {
				var q balancer.Request
				counts[localityOf[lb.Start(0, &q).Ticket.Slot]]++
			}
			for _, x := range shares {
				sum += x
			}
			for i, n := range counts {
				p := shares[i] / sum
				if math.Abs(n-p*requests) > 5*math.Sqrt(p*(1-p)*requests) {
					t.Errorf("%v of %d requests go to locality %d, whose share is %v", n, requests, i, p)
				}
			}
		})
	}
	if asked != 10 {
		t.Errorf("%d rows asked, there were 10", asked)
	}
}

// each is how many endpoints a level of the rows has, so that a percent of them is whole.
const each = 100

// endpointName is that of an endpoint of a level or a zone.
func endpointName(locality, i int) string { return fmt.Sprint(locality, "-", i) }

// localities returns a balancer in the state of a row, and the shares of its levels or
// zones.
func (r row) localities(t *testing.T) (lb *balancer.Balancer, shares []float64) {
	choice, err := algorithms.Parse("round_robin")
	if err != nil {
		t.Fatal(err)
	}
	pool := balancer.PoolConfig{Algorithm: choice}
	cfg := balancer.Config{Zone: "0"}
	var eps []balancer.Endpoint
	if r.Family() == "prioload" {
		pool.Levels, pool.Health = true, &balancer.HealthCheck{Interval: time.Second, Healthy: 1, Unhealthy: 1}
		for i := range r.params.numbers("healthy_percent_by_priority") {
			for j := range each {
				eps = append(eps, balancer.Endpoint{Name: endpointName(i, j), Weight: 1, Priority: i})
			}
		}
	} else {
		pool.Zones = &balancer.Zones{Mode: balancer.ZoneAware, MinEndpoints: 6, Enabled: 1}
		for i, n := range r.params.numbers("callers_by_zone") {
			cfg.Callers = append(cfg.Callers, balancer.Callers{Zone: fmt.Sprint(i), N: int(n)})
		}
		for i, n := range r.params.numbers("upstreams_by_zone") {
			for j := range int(n) {
				eps = append(eps, balancer.Endpoint{Name: endpointName(i, j), Weight: 1, Zone: fmt.Sprint(i)})
			}
		}
	}
	cfg.Pools = []balancer.PoolConfig{pool}
	if lb, err = balancer.New(cfg, random.NewIndex(1, "truth", 0)); err != nil {
		t.Fatal(err)
	}
	lb.SetEndpoints(0, 0, eps)
	if r.Family() == "zone" {
		for _, x := range lb.ZoneShares(0, 0, nil) {
			if x.Zone != "" {
				shares = append(shares, x.Share)
			}
		}
		return lb, shares
	}
	lb.Wake(0)
	for _, e := range lb.AppendEvents(nil) {
		level, place := int(e.Slot)/each, int(e.Slot)%each
		lb.ProbeDone(0, e.Probe, balancer.ProbeResult{Failed: place >= int(r.params.numbers("healthy_percent_by_priority")[level])})
	}
	for _, load := range lb.LevelLoads(0, nil) {
		shares = append(shares, float64(load))
	}
	return lb, shares
}
