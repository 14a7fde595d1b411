package scenarios

import (
	"lbsim/clock"
	"lbsim/sim"
	"lbsim/sim/autoscale"
)

// autoscalers returns the groups' autoscalers as the simulator takes them.
func (s *Scenario) autoscalers() []sim.Autoscaler {
	var all []sim.Autoscaler
	zones := s.zones()
	first := 0
	for i := range s.Servers {
		g := &s.Servers[i]
		if g.Autoscale != nil {
			x := sim.Autoscaler{Group: g.Name, Policy: g.Autoscale.policy()}
			for i := range g.Count {
				x.Servers = append(x.Servers, first+i)
			}
			for number := g.Count + 1; number <= g.Autoscale.Max; number++ {
				x.Spare = append(x.Spare, s.model(g, number, zones))
			}
			all = append(all, x)
		}
		first += g.Count
	}
	return all
}

func (a *Autoscale) policy() autoscale.Policy {
	p := autoscale.Policy{Min: a.Min, Max: a.Max, Targets: a.Target.targets(), Tolerance: a.Tolerance, Sync: a.Sync, Window: a.Window,
		Provisioning: a.Provisioning,
		Up:           autoscale.Pace{Stabilization: a.Stabilization.Up, Limits: a.Limits.Up, Select: a.Select.Up},
		Down:         autoscale.Pace{Stabilization: a.Stabilization.Down, Limits: a.Limits.Down, Select: a.Select.Down}}
	for _, f := range a.Schedule {
		p.Schedule = append(p.Schedule, autoscale.Floor{At: clock.Time(f.At), Min: f.Min})
	}
	return p
}

func (t *Target) targets() []autoscale.Target {
	var all []autoscale.Target
	if t.CPU != nil {
		all = append(all, autoscale.Target{Metric: autoscale.CPU, Value: *t.CPU})
	}
	if t.Latency != nil {
		for i, at := range t.Latency.figures() {
			if *at != nil {
				all = append(all, autoscale.Target{Metric: autoscale.Latency, Value: **at, Quantile: latencyQuantiles[i].q})
			}
		}
	}
	if t.Queue != nil {
		all = append(all, autoscale.Target{Metric: autoscale.Queue, Value: *t.Queue})
	}
	return all
}
