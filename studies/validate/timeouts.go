package validate

import (
	"fmt"
	"math"
	"slices"

	"lbsim/balancer"
)

var timeoutLints = []*Lint{{
	ID: "LB009", Name: "no-time-out", Severity: Warning,
	Title:   "nothing ends a request whose endpoint hangs",
	When:    "under layer: l7 there is no timeouts.request, in a world no time-out of clients, and in a pool no retries.per_try_timeout",
	Why:     "what hangs refuses nobody: requests wait for an answer that never comes, keep their places, and no passive check sees them fail",
	Instead: "timeouts: {request: 30s}, and retries.per_try_timeout where there are retries",
	Products: map[string]string{
		"nginx":   "proxy_read_timeout 30s",
		"haproxy": "timeout server 30s",
		"envoy":   "timeout: 30s of the route, whose 0s is none",
	},
	Scenario: "hang-one", Command: "lbsim run hang-one --set balancer.retries.per_try_timeout=1s",
	whole: func(s *Subject, pools []*pool) []flaw {
		if s.Balancer.Layer != balancer.L7 || s.total() > 0 {
			return nil
		}
		var all []flaw
		for _, p := range pools {
			if p.caller == "" && (p.Retries == nil || p.Retries.PerTryTimeout == 0) {
				all = append(all, flaw{path: p.path("retries.per_try_timeout"), at: p.place("retries.per_try_timeout"), pool: p.name,
					message: "neither an attempt nor a request has a time-out: a request to an endpoint that hangs never ends"})
			}
		}
		return all
	},
}, {
	ID: "LB010", Name: "time-outs-do-not-fit", Severity: Warning, Situated: true,
	Title:   "time-outs that leave no time for what is inside",
	When:    "per_try_timeout is as long as the time of a request or longer; or attempts · per_try_timeout is longer, where time-outs are tried again; or hedge.delay is as long as an attempt may take or longer; or limits.queue.timeout is longer than the time of a request; or timeouts.request is longer than clients wait. The time of a request is timeouts.request, for what is tried again that of the route where routes have times of their own, or, in a world, what clients wait where that is less",
	Why:     "a time-out that is longer than the one around it never passes: attempts, copies and places in the queue that are meant to help come too late for anybody, and are work that nobody waits for",
	Instead: "per_try_timeout · attempts below timeouts.request, that below the clients', and the queue's and the hedge's below the attempt's",
	Products: map[string]string{
		"nginx":   "proxy_read_timeout · proxy_next_upstream_tries below proxy_next_upstream_timeout and the clients' patience",
		"haproxy": "timeout server and timeout queue below what clients wait for",
		"envoy":   "per_try_timeout · (num_retries + 1) below the route's timeout",
	},
	Scenario: "metastable", Command: "lbsim run metastable",
	pool:  func(p *pool) []flaw { return slices.Concat(p.lateAttempts(), p.lateCopies(), p.lateTurns()) },
	whole: outlasts,
}}

// total is how long a request may take with all its attempts, in seconds: what the file
// says or, in a world, how long its clients wait where that is less; 0: without end.
func (s *Subject) total() float64 {
	own, clients := s.Balancer.Times().Request.Seconds(), s.patience()
	if own == 0 || clients > 0 && clients < own {
		return clients
	}
	return own
}

// patience is how long clients wait in seconds; 0: not known, or for ever.
func (s *Subject) patience() float64 {
	if s.World == nil || s.World.Workload.Clients == nil || s.World.Workload.Clients.Timeout == nil {
		return 0
	}
	return *s.World.Workload.Clients.Timeout
}

// bound says what the total is.
func (s *Subject) bound() string {
	if total := s.total(); total != s.patience() {
		return "a request may take " + seconds(total)
	}
	return "clients wait " + seconds(s.total())
}

// within is how long a request that is tried again may take, and what says so: where routes
// have times of their own, the shortest.
func (p *pool) within() (total float64, bound string) {
	total, bound = p.subject.total(), p.subject.bound()
	if own := p.subject.within[p.name].Seconds(); own > 0 && (total == 0 || own < total) {
		return own, "a request may take " + seconds(own) + " on its route"
	}
	return total, bound
}

// outlasts finds a request's time-out beyond its clients'.
func outlasts(s *Subject, _ []*pool) []flaw {
	own, clients := s.Balancer.Times().Request.Seconds(), s.patience()
	if clients == 0 || own <= clients {
		return nil
	}
	path := join(s.root, "timeouts.request")
	return []flaw{{path: path, at: s.at(path), message: fmt.Sprintf("a request may take %s, but clients wait %s: servers go on for nobody", seconds(own), seconds(clients))}}
}

// lateAttempts finds attempts for which there is no time.
func (p *pool) lateAttempts() []flaw {
	r := p.Retries
	total, bound := p.within()
	if r == nil || r.PerTryTimeout == 0 || total == 0 || p.caller != "" {
		return nil
	}
	perTry := r.PerTryTimeout.Seconds()
	waits := slices.Contains(r.Conditions, "timeout")
	begun := int(math.Ceil(total / perTry))
	switch {
	case perTry >= total:
		return []flaw{{path: "retries.per_try_timeout", message: fmt.Sprintf("an attempt may take %s, but %s: it never times out, and none is made after it", seconds(perTry), bound)}}
	case waits && begun < r.Attempts:
		return []flaw{{path: "retries.attempts", message: fmt.Sprintf("%d attempts of %s take %s, but %s: where they time out, %d are made",
			r.Attempts, seconds(perTry), seconds(perTry*float64(r.Attempts)), bound, begun)}}
	case waits && perTry*float64(r.Attempts) > total:
		return []flaw{{path: "retries.attempts", message: fmt.Sprintf("%d attempts of %s take %s, but %s: the last is cut after %s",
			r.Attempts, seconds(perTry), seconds(perTry*float64(r.Attempts)), bound, seconds(total-perTry*float64(begun-1)))}}
	}
	return nil
}

// lateCopies finds a hedge that comes when nobody waits any more.
func (p *pool) lateCopies() []flaw {
	if p.Hedge == nil || p.Hedge.Delay == nil {
		return nil
	}
	end, why := p.subject.total(), p.subject.bound()
	if p.Retries != nil && p.Retries.PerTryTimeout > 0 {
		end, why = p.Retries.PerTryTimeout.Seconds(), "an attempt may take "+span(p.Retries.PerTryTimeout)
	}
	if delay := p.Hedge.Delay.Seconds(); end > 0 && delay >= end {
		return []flaw{{path: "hedge.delay", message: fmt.Sprintf("a copy is sent after %s, but %s: none ever is", seconds(delay), why)}}
	}
	return nil
}

// lateTurns finds a queue in which requests wait for longer than anybody.
func (p *pool) lateTurns() []flaw {
	total := p.subject.total()
	if p.Limits == nil || p.Limits.Queue == nil || total == 0 || p.caller != "" {
		return nil
	}
	if wait := p.Limits.Queue.Timeout.Seconds(); wait > total {
		return []flaw{{path: "limits.queue.timeout", message: fmt.Sprintf("a request may wait %s in the queue, but %s: who gets a turn at last has gone", seconds(wait), p.subject.bound())}}
	}
	return nil
}
