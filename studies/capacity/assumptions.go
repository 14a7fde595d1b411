package capacity

import (
	"fmt"
	"slices"
	"strings"

	"lbsim/scenarios"
	"lbsim/sim"
)

// An assumption is one that a rule makes about the world.
type assumption int

const (
	poisson    assumption = iota // requests come one by one and know nothing of each other
	renewal                      // gaps between requests know nothing of each other
	memoryless                   // service is exponential
	oneQueue                     // who comes first is served first, wherever a worker is free
	atRandom                     // each request goes to a server drawn anew
	alike                        // servers are equal
	boundless                    // whoever comes may wait, and does
	noQueue                      // nobody waits
)

// What the rules assume.
var (
	pooled   = []assumption{poisson, memoryless, oneQueue, alike, boundless}
	dealt    = []assumption{poisson, memoryless, atRandom, alike, boundless}
	general  = []assumption{renewal, oneQueue, alike, boundless}
	lossPool = []assumption{poisson, oneQueue, alike}
)

// brokenBy says which assumptions a scenario breaks, and by what.
func brokenBy(s *scenarios.Scenario) map[assumption]string {
	m := s.Build()
	broken := map[assumption]string{}
	process := s.Workload.Arrivals.Process
	if process != "poisson" {
		broken[poisson] = "arrivals are not Poisson (" + process + ")"
	}
	if !slices.Contains([]string{"poisson", "constant", "renewal"}, process) {
		broken[renewal] = "arrivals come in waves (" + process + ")"
	}
	if text := notMemoryless(s, m); text != "" {
		broken[memoryless] = text
	}
	front := inFront(m)
	algorithm := s.Balancer.Algorithm.Spec.Name
	if !sharesQueue(s, m) {
		broken[oneQueue] = fmt.Sprintf("%s gives each of %d servers a queue of its own", algorithm, len(front))
	}
	if algorithm != "random" && len(front) > 1 {
		broken[atRandom] = algorithm + " does not deal at random"
	}
	first := m.Servers[front[0]]
	for _, i := range front {
		if x := m.Servers[i]; x.Speed != first.Speed || x.Workers != first.Workers {
			broken[alike] = "servers differ"
		}
	}
	if text := leaving(s, m); text != "" {
		broken[boundless] = text
	}
	return broken
}

// notMemoryless says how service differs from an exponential one.
func notMemoryless(s *scenarios.Scenario, m *sim.Model) string {
	_, cv := demand(m)
	switch {
	case len(m.Classes) > 1:
		return fmt.Sprintf("service is of %d classes, with a coefficient of variation of %.2g instead of 1", len(m.Classes), cv)
	case s.Workload.Classes[0].Service.Dist != "exponential":
		return fmt.Sprintf("service is %s, with a coefficient of variation of %.2g instead of 1", s.Workload.Classes[0].Service.Dist, cv)
	}
	return ""
}

// sharesQueue reports whether requests wait in one queue for all workers: those of one
// server, or those of servers that get no more than they can serve at once.
func sharesQueue(s *scenarios.Scenario, m *sim.Model) bool {
	front := inFront(m)
	first := m.Servers[front[0]]
	if len(front) == 1 {
		return first.Discipline == sim.FIFO
	}
	l := s.Balancer.Limits
	return l != nil && l.Queue != nil && l.PerEndpoint > 0 && l.PerEndpoint <= first.Workers
}

// leaving says why some requests don't wait for their turn.
func leaving(s *scenarios.Scenario, m *sim.Model) string {
	var why []string
	if c := m.Clients; c != nil && (c.Timeout > 0 || c.Patience != nil) {
		why = append(why, "clients give up")
	}
	for _, i := range inFront(m) {
		if m.Servers[i].Queue != sim.Unlimited {
			why = append(why, "queues are bounded")
			break
		}
	}
	if m.Servers[inFront(m)[0]].Discipline == sim.PS {
		why = append(why, "all requests of a server are served at once")
	}
	if s.Balancer.Retries != nil {
		why = append(why, "requests are tried again")
	}
	if len(m.Tiers) > 0 {
		why = append(why, "servers call others")
	}
	return strings.Join(why, " and ")
}
