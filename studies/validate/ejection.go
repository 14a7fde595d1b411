package validate

import (
	"fmt"
	"math"

	"lbsim/balancer"
)

var ejectionLints = []*Lint{{
	ID: "LB006", Name: "one-error-ejects", Severity: Warning,
	Title:   "one error takes an endpoint out, and a few take all out",
	When:    "passive.consecutive_failures is 1, all endpoints may be ejected at once, and panic_threshold is 0%",
	Why:     "errors that come now and then from everywhere eject one endpoint after the other, and what was half a percent of errors becomes an outage",
	Instead: "consecutive_failures: 5, and max_ejected: 50%",
	Products: map[string]string{
		"nginx":   "max_fails=3 or more at each server: its default is 1, and nothing bounds how many are out",
		"haproxy": "error-limit 5 or more, or on-error fastinter instead of mark-down",
		"envoy":   "consecutive_5xx: 5, and max_ejection_percent: 50",
	},
	Scenario: "one-error-takes-all-out", Command: "lbsim compare one-error-takes-all-out --algorithms rr --variant five:balancer.health.passive.consecutive_failures=5",
	pool: func(p *pool) []flaw {
		if p.Health == nil || p.Health.Passive == nil || p.Health.Passive.ConsecutiveFailures != 1 || p.Panic > 0 || p.alone() {
			return nil
		}
		o := p.Health.Passive
		most := ejectable(o, p.size())
		switch {
		case p.size() == 0 && (o.MaxEjected == 1 || o.Rule == balancer.FailWindows):
			return []flaw{{path: "health.passive.consecutive_failures", message: fmt.Sprintf("one error takes an endpoint out for %s, and all may be out at once", span(o.EjectionTime))}}
		case p.size() > 0 && most == p.size():
			return []flaw{{path: "health.passive.consecutive_failures", message: fmt.Sprintf("one error takes an endpoint out for %s, and %d errors all %s", span(o.EjectionTime), most, endpoints(most))}}
		}
		return nil
	},
}, {
	ID: "LB007", Name: "never-ejects", Severity: Error,
	Title:   "outlier detection that ejects nobody",
	When:    "max_ejected of the endpoints is less than one, without always_one; or there is no rule by which anybody is ejected; or, a warning, success_rate or failure_ratio want more hosts than there are endpoints",
	Why:     "the cap that is meant as a safety net is rounded down to no endpoint at all, or the rule needs more endpoints than there are: the detection is there and does nothing",
	Instead: "max_ejected of at least one endpoint's share, such as 50%, or always_one: true",
	Products: map[string]string{
		"envoy": "max_ejection_percent of at least one host's share, or always_eject_one_host: true",
	},
	Scenario: "outlier-cap", Command: "lbsim run outlier-cap",
	pool: neverEjects,
}, {
	ID: "LB008", Name: "early-panic", Severity: Warning,
	Title:   "one lost endpoint is enough for panic",
	When:    "of n endpoints, n - 1 are a smaller share than panic_threshold",
	Why:     "in panic all endpoints are used, those that checks have rightly taken out, too: requests go to a dead endpoint though the others could answer them",
	Instead: "panic_threshold: 50%, or less where there are few endpoints",
	Products: map[string]string{
		"envoy": "common_lb_config: {healthy_panic_threshold: {value: 50}}, or less where there are few hosts",
	},
	Scenario: "panic-mode", Command: "lbsim compare panic-mode --variant calm:balancer.panic_threshold=0%",
	pool: func(p *pool) []flaw {
		n := float64(p.size())
		if p.Panic == 0 || p.Health == nil || p.size() < 2 {
			return nil
		}
		if left := (n - 1) / n; left < p.Panic {
			return []flaw{{path: "panic_threshold", message: fmt.Sprintf("with one of %s down %s are fit, less than %s: all are used, the one that is down, too",
				endpoints(p.size()), percent(left), percent(p.Panic))}}
		}
		return nil
	},
}}

// neverEjects finds outlier detection that can't eject.
func neverEjects(p *pool) []flaw {
	if p.Health == nil || p.Health.Passive == nil {
		return nil
	}
	o := p.Health.Passive
	if o.Rule == balancer.FailWindows {
		return nil // NGINX bounds nothing
	}
	if o.ConsecutiveFailures == 0 && o.SuccessRate == nil && o.FailureRatio == nil {
		return []flaw{{path: "health.passive.consecutive_failures", message: "0 failures in a row eject nobody, and there is no other rule",
			instead: "consecutive_failures: 5"}}
	}
	n := p.size()
	if n == 0 {
		return nil
	}
	var flaws []flaw
	if !o.MayEject(0, n) {
		message := fmt.Sprintf("%s of %s is less than one: nobody is ever ejected", percent(o.MaxEjected), endpoints(n))
		if o.MaxEjected > 0 {
			message += fmt.Sprintf(" (%d endpoints or more, or %s, would allow one)", int(math.Ceil(1/o.MaxEjected)), percent(math.Ceil(100/float64(n))/100))
		}
		flaws = append(flaws, flaw{path: "health.passive.max_ejected", message: message})
	}
	few := func(path string, hosts int) {
		if n < hosts {
			x := flaw{path: path, severity: Warning, message: fmt.Sprintf("the rule needs %s with enough requests, and there are %d: it is never applied", endpoints(hosts), n),
				instead: fmt.Sprintf("hosts: %d", n)}
			flaws = append(flaws, x)
		}
	}
	if o.SuccessRate != nil {
		few("health.passive.success_rate", o.SuccessRate.Hosts)
	}
	if o.FailureRatio != nil {
		few("health.passive.failure_ratio", o.FailureRatio.Hosts)
	}
	return flaws
}

// ejectable is how many of n endpoints may be ejected at once.
func ejectable(o *balancer.OutlierDetection, n int) int {
	if o.Rule == balancer.FailWindows {
		return n
	}
	most := 0
	for most < n && o.MayEject(most, n) {
		most++
	}
	return most
}
