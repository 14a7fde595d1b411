package validate

import (
	"fmt"
	"math"
	"slices"

	"lbsim/balancer"
	"lbsim/config"
)

var lifecycleLints = []*Lint{{
	ID: "LB015", Name: "no-drain", Severity: Warning,
	Title:    "an endpoint that leaves takes its requests with it",
	When:     "a file of lbsim's own has no drain: other products let run what runs when they are reloaded",
	Why:      "every deploy cuts what is under way: it fails with 502 though nothing was broken, or is made again where retries have the condition reset, and of what was cut nobody knows whether it was carried out",
	Instead:  "drain: {timeout: 30s}",
	Scenario: "rolling-deploy", Command: "lbsim compare rolling-deploy --variant cut:timeline[0].drain=false",
	pool: func(p *pool) []flaw {
		// Other products finish what runs when they are reloaded, and have no word for it.
		if p.Drain != nil || p.subject.Product != Ours {
			return nil
		}
		return []flaw{{path: "drain", message: "no draining: an endpoint that leaves, as in every deploy, cuts its requests" + afterCut(p.Retries)}}
	},
}, {
	ID: "LB016", Name: "short-drain", Severity: Warning, Situated: true,
	Title:    "draining that is shorter than requests are",
	When:     "drain.timeout is shorter than an objective lets the p99 of all requests be or, in a world, than the p99 of a class's service on the slowest server",
	Why:      "what still runs when the time is over is cut: every deploy fails the longest requests",
	Instead:  "a drain.timeout above the p99 of requests, with time to spare",
	Scenario: "rolling-deploy", Command: "lbsim run rolling-deploy --set balancer.drain.timeout=20ms",
	pool: shortDrain,
}, {
	ID: "LB017", Name: "cold-start", Severity: Warning, Situated: true,
	Title:   "servers that are cold after a start get their full share at once",
	When:    "in a world, servers have a warm_up, or a cache under an algorithm without keys, and the pool has no slow_start",
	Why:     "a server that has just started is slow; with its full share it has more than it can do, and requests wait there, or fail, in every deploy",
	Instead: "slow_start: {window: …} as long as servers take to get warm",
	Products: map[string]string{
		"haproxy": "slowstart 30s at each server line",
		"envoy":   "slow_start_config: {slow_start_window: 30s}",
	},
	Scenario: "rolling-deploy", Command: "lbsim compare rolling-deploy --variant eager:balancer.slow_start.window=1ms",
	pool: coldStart,
}}

// afterCut says what becomes of requests that are cut where there are retries.
func afterCut(r *config.Retries) string {
	switch {
	case r == nil || r.Attempts < 2 || !slices.Contains(r.Conditions, "reset"):
		return ""
	case r.AnyMethod:
		return ", which are made again from the beginning"
	}
	return ": those that are idempotent are made again, the others fail"
}

// shortDrain holds the drain against the p99 that an objective allows, and against that of
// the service of each class.
func shortDrain(p *pool) []flaw {
	if p.Drain == nil {
		return nil
	}
	drain := p.Drain.Timeout.Seconds()
	found := func(format string, args ...any) []flaw {
		return []flaw{{path: "drain.timeout", message: fmt.Sprintf("a drain lasts %s, but ", seconds(drain)) + fmt.Sprintf(format, args...)}}
	}
	for _, o := range p.subject.objectives() {
		if q, ok := o.Quantile(); ok && q >= 0.99 && o.Class == "" && p.caller == "" && drain < o.Limit {
			return found("requests may take %s (%s)", seconds(o.Limit), o.Text)
		}
	}
	if p.subject.World == nil || p.caller != "" {
		return nil
	}
	slowest := math.Inf(1)
	for i := range p.members {
		if m := p.members[i].model; m != nil {
			slowest = min(slowest, m.Speed)
		}
	}
	for _, c := range p.subject.World.Workload.Classes {
		law, err := c.Service.Build()
		if err != nil || math.IsInf(slowest, 1) {
			continue
		}
		if p99 := law.Quantile(0.99) / slowest; drain < p99 {
			return found("one in a hundred requests of class %s is served for more than %s", c.Name, seconds(p99))
		}
	}
	return nil
}

// objectives are those of the world, or else of the file.
func (s *Subject) objectives() []config.Objective {
	if s.World != nil && len(s.World.SLO) > 0 {
		return s.World.SLO
	}
	return s.Balancer.Proxy.SLO
}

// coldStart finds servers that are slow after their start in a pool that does not spare them.
func coldStart(p *pool) []flaw {
	if p.SlowStart != nil || p.alone() {
		return nil
	}
	for i := range p.members {
		m := &p.members[i]
		if m.model == nil {
			continue
		}
		message, instead := "", ""
		switch {
		case m.model.WarmUp != nil:
			message = fmt.Sprintf("%s works at %s of its speed after a start and takes %s to get warm, but gets its full share at once", m.name, percent(m.model.WarmUp.Speed), span(m.model.WarmUp.Time))
			instead = "slow_start: {window: " + span(m.model.WarmUp.Time) + "}"
		case m.model.Cache != nil && !p.Algorithm.Spec.NeedsKey:
			message = fmt.Sprintf("the cache of %s is empty after a start, when every lookup misses, but it gets its full share at once", m.name)
		default:
			continue
		}
		if !balancer.Ramps(p.Algorithm) {
			instead = fmt.Sprintf("an algorithm that follows weights, such as least_connections, and slow_start: %s can't start slowly", p.Algorithm)
		}
		return []flaw{{path: "slow_start", message: message, instead: instead}}
	}
	return nil
}
