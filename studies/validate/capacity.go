package validate

import (
	"fmt"
	"slices"
	"strings"
)

// tight is the load from which on little is left.
const tight = 0.9

var capacityLints = []*Lint{{
	ID: "LB023", Name: "weights-do-not-fit", Severity: Warning, Situated: true,
	Title:    "endpoints get other shares than their sizes are",
	When:     fmt.Sprintf("in a world, under an algorithm that looks at no load, key or client, an endpoint's share of the requests is %s of its share of the capacity (workers·speed) or more", percent(uneven)),
	Why:      "whoever gets more than its share of the capacity is overloaded while others idle: the pool as a whole has room, and requests wait",
	Instead:  "weights in proportion to workers·speed and an algorithm that honours them, or one that looks at what is in flight",
	Scenario: "heterogeneous", Command: "lbsim compare heterogeneous --variant weighted:balancer.algorithm=weighted_round_robin",
	pool: unfit,
}, {
	ID: "LB024", Name: "one-zone", Severity: Warning, Situated: true,
	Title:    "all endpoints are in one zone",
	When:     "there are two endpoints or more, and all are in one zone that is known",
	Why:      "what takes the zone takes everything: there is nothing to fail over to",
	Instead:  "endpoints in two zones or more, with room in the others for one that is lost",
	Scenario: "zone-loss", Command: "lbsim run zone-loss",
	pool: func(p *pool) []flaw {
		if p.size() < 2 {
			return nil
		}
		zones := p.zones()
		if len(zones) != 1 || zones[0] == "" {
			return nil
		}
		return []flaw{{path: "endpoints", message: fmt.Sprintf("all %s are in zone %s", endpoints(p.size()), zones[0])}}
	},
}, {
	ID: "LB025", Name: "too-little-left", Severity: Error, Situated: true,
	Title:    "without one of them the others can't carry the load",
	When:     fmt.Sprintf("in a world, at its highest rate, the others are at %s of what they can do or more without the strongest endpoint, a warning below 100%%; or at 100%% or more without a zone, a warning; or all are at 100%% or more as it is. One endpoint is a remark; a pool with an autoscaler is left alone", percent(tight)),
	Why:      "a crash, or a deploy that takes one endpoint at a time, is an overload: queues grow until it is back, and health checks that time out take out the next",
	Instead:  "one endpoint more than the load needs (N+1), and as much more as a zone has",
	Scenario: "zone-loss", Command: "lbsim run zone-loss",
	pool: tooLittleLeft,
}, {
	ID: "LB026", Name: "one-scaling-signal", Severity: Warning, Situated: true,
	Title:    "an autoscaler that looks at one signal",
	When:     "in a world, an autoscaler has one target of cpu, latency and queue",
	Why:      "CPU stays below its target while requests wait for something else, and a signal that is not there, or late, moves nothing: the group stays small while the queue grows",
	Instead:  "target: {cpu: 60%, queue: 10}, and latency: the one counts that asks for the most servers",
	Scenario: "autoscale-cpu-only", Command: "lbsim run autoscale-cpu-only",
	whole: oneSignal,
}}

// unfit holds each endpoint's share of the requests against its share of the capacity.
func unfit(p *pool) []flaw {
	spec := p.Algorithm.Spec
	if spec.WatchesLoad || spec.NeedsKey || spec.NeedsClient || p.size() < 2 {
		return nil
	}
	work, weights := 0.0, 0.0
	weight := func(m *member) float64 {
		if spec.Weighted {
			return m.weight
		}
		return 1
	}
	for i := range p.members {
		m := &p.members[i]
		if m.model == nil {
			return nil
		}
		work += m.strength()
		weights += weight(m)
	}
	worst, most := 0, 0.0
	for i := range p.members {
		m := &p.members[i]
		if x := weight(m) / weights / (m.strength() / work); x > most {
			worst, most = i, x
		}
	}
	if most < uneven {
		return nil
	}
	m := &p.members[worst]
	message := fmt.Sprintf("%s has %s of the capacity and gets %s of the requests", m.name, percent(m.strength()/work), percent(weight(m)/weights))
	if !spec.Weighted {
		message += fmt.Sprintf(", as %s does not look at weights", spec.Name)
	}
	if rho, ok := p.load(0); ok {
		message += fmt.Sprintf(": %s of what it can do, where the pool is at %s", percent(rho*most), percent(rho))
	}
	return []flaw{{path: "algorithm", message: message}}
}

// zones returns the zones of the members, each once; "" is one that is not known.
func (p *pool) zones() []string {
	var all []string
	for i := range p.members {
		if z := p.members[i].zone; !slices.Contains(all, z) {
			all = append(all, z)
		}
	}
	return all
}

// grows reports whether an autoscaler adds servers when there is more to do.
func (p *pool) grows() bool {
	return slices.ContainsFunc(p.members, func(m member) bool { return m.model != nil && m.model.Autoscale != nil })
}

// tooLittleLeft takes away the strongest endpoint, and the strongest zone.
func tooLittleLeft(p *pool) []flaw {
	if p.alone() {
		return []flaw{{path: "endpoints", severity: Info, message: "there is one endpoint: nothing is left without it"}}
	}
	now, ok := p.load(0)
	switch {
	case !ok || p.grows():
		return nil
	case now >= 1:
		return []flaw{{path: "endpoints", message: fmt.Sprintf("%s are at %s of what they can do, at %s requests/s, when nothing is broken", endpoints(p.size()), percent(now), number(p.subject.World.PeakRate()))}}
	}
	var flaws []flaw
	lost, name := 0.0, ""
	zones := map[string]float64{}
	for i := range p.members {
		m := &p.members[i]
		if m.strength() > lost {
			lost, name = m.strength(), m.name
		}
		zones[m.zone] += m.strength()
	}
	if rho, ok := p.load(lost); ok && rho >= tight {
		x := flaw{path: "endpoints", message: fmt.Sprintf("without %s the load is %s of what the rest can do, at %s requests/s", name, percent(rho), number(p.subject.World.PeakRate()))}
		if rho < 1 {
			x.severity = Warning
		}
		flaws = append(flaws, x)
	}
	if _, unknown := zones[""]; unknown || len(zones) < 2 {
		return flaws
	}
	worst := ""
	for _, z := range p.zones() {
		if worst == "" || zones[z] > zones[worst] {
			worst = z
		}
	}
	if rho, ok := p.load(zones[worst]); ok && rho >= 1 {
		flaws = append(flaws, flaw{path: "endpoints", severity: Warning, message: fmt.Sprintf("without zone %s the load is %s of what the rest can do", worst, percent(rho))})
	}
	return flaws
}

// oneSignal finds autoscalers with one target.
func oneSignal(s *Subject, _ []*pool) []flaw {
	if s.World == nil {
		return nil
	}
	var flaws []flaw
	for i := range s.World.Servers {
		g := &s.World.Servers[i]
		if g.Autoscale == nil {
			continue
		}
		var signals []string
		if g.Autoscale.Target.CPU != nil {
			signals = append(signals, "CPU")
		}
		if g.Autoscale.Target.Latency != nil {
			signals = append(signals, "latency")
		}
		if g.Autoscale.Target.Queue != nil {
			signals = append(signals, "the queue")
		}
		if len(signals) == 1 {
			path := fmt.Sprintf("servers[%d].autoscale.target", i)
			flaws = append(flaws, flaw{path: path, at: s.at(path), message: fmt.Sprintf("the autoscaler of %s looks at %s alone", g.Name, strings.Join(signals, ""))})
		}
	}
	return flaws
}
