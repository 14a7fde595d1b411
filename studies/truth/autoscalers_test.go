package truth

import (
	"testing"
	"time"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/sim"
	"lbsim/sim/autoscale"
	"lbsim/workloads"
)

// Every row about the Kubernetes HorizontalPodAutoscaler is asked of the policy, and
// of a world whose servers are as busy as the row says.
func TestKnownAnswersAboutAutoscalers(t *testing.T) {
	asked := 0
	for _, r := range readFamilies(t, "hpa") {
		asked++
		t.Run(r.ID, func(t *testing.T) {
			servers, metric, target := r.params.whole("replicas"), r.params.number("metric")/100, r.params.number("target")/100
			p := autoscale.Policy{Min: 1, Max: 100, Targets: []autoscale.Target{{Metric: autoscale.CPU, Value: target}},
				Tolerance: r.params.number("tolerance"), Sync: 10 * time.Second, Window: 10 * time.Second}
			want := int(r.Value())
			d := autoscale.NewController(&p, servers).Decide(clock.FromSeconds(10),
				autoscale.Fleet{Wanted: servers, Ready: servers}, []autoscale.Reading{{Value: metric, Known: true}})
			if d.Servers != want {
				t.Errorf("the policy wants %d servers, not %d", d.Servers, want)
			}
			if got := scaledTo(t, p, servers, metric); got != want {
				t.Errorf("in the world there are %d servers, not %d", got, want)
			}
		})
	}
	if asked != 4 {
		t.Errorf("%d rows asked, there were 4", asked)
	}
}

// scaledTo runs servers, each of which is asked once a second for a service that
// lasts the share of the second that it is to be busy, and returns how many the
// autoscaler wants at its first look. Nothing is drawn. The window of 1000 s begins
// before the first request, so it misses less than a second of each server's work: the
// metric is too low by less than 0.1%, which is less than any row is from its next
// whole number below or from the tolerance.
func scaledTo(t *testing.T, p autoscale.Policy, servers int, busy float64) int {
	service, err := workloads.NewConstant(busy)
	if err != nil {
		t.Fatal(err)
	}
	round, err := algorithms.Parse("round_robin")
	if err != nil {
		t.Fatal(err)
	}
	m := &sim.Model{
		Arrivals: func() workloads.Process {
			regular, err := workloads.NewRegular(float64(servers))
			if err != nil {
				panic(err)
			}
			return regular
		},
		Classes:   []sim.Class{{Name: "all", Share: 1, Service: service}},
		Balancer:  balancer.Config{Pools: []balancer.PoolConfig{{Name: "servers", Algorithm: round}}},
		Frontends: 1, Horizon: clock.FromSeconds(1001),
	}
	p.Sync, p.Window = 1000*time.Second, 1000*time.Second
	a := sim.Autoscaler{Group: "api", Policy: p}
	for i := range p.Max {
		s := sim.Server{Name: string(rune('a'+i/10)) + string(rune('0'+i%10)), Group: "api", Workers: 1, Queue: sim.Unlimited, Speed: 1, Weight: 1}
		if i < servers {
			m.Servers, a.Servers = append(m.Servers, s), append(a.Servers, i)
		} else {
			a.Spare = append(a.Spare, s)
		}
	}
	m.Autoscalers = []sim.Autoscaler{a}
	result, err := sim.Run(m, sim.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Scalings) == 0 {
		return servers
	}
	return result.Scalings[0].To
}
