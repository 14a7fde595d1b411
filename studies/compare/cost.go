package compare

import (
	"fmt"
	"math"

	"lbsim/sim"
	"lbsim/studies/result"
)

// bill is what a run's servers cost in the measured window, by group. Hours are
// server-hours, provisioning included; prices NaN where a group has none.
type bill struct {
	hours, prices []float64
}

// groupsOf returns the names of a model's groups, in order.
func groupsOf(m *sim.Model) []string {
	var groups []string
	known := map[string]bool{}
	for i := range m.Total() {
		if g := m.Server(i).Group; !known[g] {
			known[g] = true
			groups = append(groups, g)
		}
	}
	return groups
}

// lifeOf is how long a server was there in the window.
func lifeOf(r *sim.Result, i int) sim.Life {
	if r.Lives == nil {
		span := (r.End - r.Start).Seconds()
		return sim.Life{Up: span, Paid: span}
	}
	return r.Lives[i]
}

// billOf adds up a run's servers.
func billOf(m *sim.Model, r *sim.Result) bill {
	groups := groupsOf(m)
	b := bill{make([]float64, len(groups)), make([]float64, len(groups))}
	index := map[string]int{}
	for i, g := range groups {
		index[g] = i
	}
	for i := range r.Servers {
		s := m.Server(i)
		g, hours := index[s.Group], lifeOf(r, i).Paid/3600
		b.hours[g] += hours
		if s.HourPrice == 0 {
			b.prices[g] = math.NaN()
		}
		b.prices[g] += float64(hours * s.HourPrice)
	}
	return b
}

func sumOf(xs []float64) (sum float64) {
	for _, x := range xs {
		sum += x
	}
	return sum
}

// cost is a variant's bill.
func (s *study) cost(v int) result.Cost {
	c := result.Cost{
		ServerHours: s.estimate(v, false, func(r *replicate) float64 { return r.all.serverHours }),
		Price:       s.estimate(v, false, func(r *replicate) float64 { return r.all.price }),
	}
	for g, name := range groupsOf(s.models[v]) {
		c.Groups = append(c.Groups, result.GroupCost{Group: name,
			ServerHours: s.estimate(v, false, func(r *replicate) float64 { return r.bill.hours[g] }),
			Price:       s.estimate(v, false, func(r *replicate) float64 { return r.bill.prices[g] })})
	}
	return c
}

// scaled is what autoscalers did in the first replication, as events: other
// replications differ in their instants.
func scaled(m *sim.Model, scalings []sim.Scaling) []result.Event {
	var events []result.Event
	for _, x := range scalings[:min(len(scalings), maxEvents)] {
		kind := "scale_up"
		if x.To < x.From {
			kind = "scale_down"
		}
		events = append(events, result.Event{At: x.At.Seconds(), Kind: kind,
			Detail: fmt.Sprintf("%s %d to %d (%v)", m.Autoscalers[x.Group].Group, x.From, x.To, x.Why)})
	}
	return events
}
