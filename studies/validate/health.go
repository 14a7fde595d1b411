package validate

import (
	"fmt"
	"time"

	"lbsim/balancer"
	"lbsim/studies/theory"
)

// Beyond slowCrash and slowHang, in seconds, checks are called slow: the first is what
// Kubernetes' defaults make (10 s, three times), the second twice that. A server that is
// silent for less than eager is not down: a garbage collection can take that long.
const (
	slowCrash = 30.0
	slowHang  = 60.0
	eager     = 1.0
)

// lostChecks is the share of checks that fail by chance in the reckoning of a message.
const lostChecks = 0.001

var healthLints = []*Lint{{
	ID: "LB001", Name: "no-health-check", Severity: Error,
	Title:   "nobody notices when an endpoint is down",
	When:    "a pool of several endpoints has neither active checks nor passive ones",
	Why:     "a balancer that does not know that an endpoint is down goes on sending it its share: those requests fail, or take a retry each, for as long as it is down",
	Instead: "health: {active: {path: /healthz, interval: 2s, timeout: 1s}}",
	Products: map[string]string{
		"nginx":   "max_fails=3 fail_timeout=10s at each server of the upstream: max_fails=0 turns its passive check off",
		"haproxy": "option httpchk GET /healthz, and check at each server line",
		"envoy":   "health_checks of the cluster, or outlier_detection",
	},
	Connections: map[string]string{
		Ours:      "health: {active: {connect: true, interval: 2s, timeout: 1s}}",
		"haproxy": "check at each server line, and where the server speaks a protocol that HAProxy knows, option tcp-check, pgsql-check or redis-check",
		"envoy":   "health_checks of the cluster with tcp_health_check: {}, or outlier_detection",
	},
	Scenario: "kill-one", Command: "lbsim compare kill-one --variant unchecked:balancer.health.active.unhealthy=1000",
	pool: func(p *pool) []flaw {
		if p.Health != nil || p.alone() {
			return nil
		}
		if p.size() == 0 {
			return []flaw{{path: "health", message: "no health check: nobody notices when an endpoint is down"}}
		}
		return []flaw{{path: "health", message: fmt.Sprintf("no health check: when one of %s is down, %s of the requests go there for as long as it is",
			endpoints(p.size()), percent(1/float64(p.size())))}}
	},
}, {
	ID: "LB002", Name: "slow-health-check", Severity: Warning,
	Title:   "it takes the checks long to notice that an endpoint is down",
	When:    fmt.Sprintf("there are active checks and no passive ones that count failures in a row, and a crash is noticed after more than %s, or a hang after more than %s, at worst: crash = interval + (unhealthy - 1)·transition_interval, hang = crash + unhealthy·timeout, where jitter makes intervals longest", seconds(slowCrash), seconds(slowHang)),
	Why:     "until then requests go to an endpoint that does not answer: the time until the checks have noticed is the outage that users see",
	Instead: "interval: 2s, timeout: 1s, unhealthy: 3, or health.passive beside it, which sees the first requests fail",
	Products: map[string]string{
		"haproxy": "check inter 2s fall 3, timeout check 1s, or observe layer7 beside it",
		"envoy":   "interval: 2s, timeout: 1s, unhealthy_threshold: 3, or outlier_detection beside it",
	},
	Scenario: "hang-one", Command: "lbsim run hang-one --set balancer.health.active.interval=20s",
	pool: func(p *pool) []flaw {
		if p.Health == nil || p.Health.Active == nil || p.Health.Passive != nil && p.Health.Passive.ConsecutiveFailures > 0 || p.alone() {
			return nil
		}
		d := detectionOf(p.Health.Active)
		if d.crash <= slowCrash && d.hang <= slowHang {
			return nil
		}
		return []flaw{{path: "health.active.interval", message: fmt.Sprintf("a crash is noticed after %s on average and %s at most, a hang after up to %s",
			seconds(d.mean), seconds(d.crash), seconds(d.hang))}}
	},
}, {
	ID: "LB003", Name: "eager-health-check", Severity: Warning,
	Title:   "a check that fails by chance takes an endpoint out",
	When:    fmt.Sprintf("one failed check takes an endpoint out (unhealthy: 1), or a silence of less than %s does: timeout + (unhealthy - 1)·(transition_interval + timeout)", seconds(eager)),
	Why:     "an endpoint that is taken out for a moment's silence leaves its share to the others, and is back with the next check: it flaps, and under load the others follow it",
	Instead: "unhealthy: 3, and a timeout that a busy endpoint can meet, such as 1s",
	Products: map[string]string{
		"haproxy": "fall 3, and timeout check 1s",
		"envoy":   "unhealthy_threshold: 3, and timeout: 1s",
	},
	Scenario: "flapping", Command: "lbsim compare flapping --variant patient:balancer.health.active.unhealthy=3,balancer.health.active.healthy=2",
	pool: func(p *pool) []flaw {
		if p.Health == nil || p.Health.Active == nil || p.alone() {
			return nil
		}
		h := p.Health.Active
		if d := detectionOf(h); h.Unhealthy > 1 {
			if d.shortest >= eager {
				return nil
			}
			return []flaw{{path: "health.active.timeout", message: fmt.Sprintf("an endpoint that is silent for %s is taken out", seconds(d.shortest))}}
		}
		aDay := lostChecks * (24 * time.Hour).Seconds() / (h.Interval.Seconds() * (1 + h.Jitter/2))
		return []flaw{{path: "health.active.unhealthy", message: fmt.Sprintf("one failed check takes an endpoint out: if one in 1000 fails by chance, each endpoint is out %s times a day", number(aDay))}}
	},
}, {
	ID: "LB004", Name: "shallow-health-check", Severity: Warning,
	Title:   "a check that passes though the application is broken",
	When:    "under layer: l7 there is no passive check, and the active one opens a connection and no more (connect: true); one that asks for / is a remark",
	Why:     "a process that accepts connections, or serves a page from a file, can fail every request that matters; it is never busy then, so least connections sends it most of them",
	Instead: "path: /healthz of an application that answers it as it does requests, or health.passive, which looks at real answers",
	Products: map[string]string{
		"haproxy": "option httpchk GET /healthz, or observe layer7 error-limit 5 on-error mark-down",
		"envoy":   "http_health_check: {path: /healthz}, or outlier_detection",
	},
	Scenario: "gray-failure", Command: "lbsim run gray-failure",
	pool: func(p *pool) []flaw {
		if p.Health == nil || p.Health.Active == nil || p.Health.Passive != nil || p.subject.Balancer.Layer != balancer.L7 {
			return nil
		}
		switch h := p.Health.Active; {
		case h.Connect:
			return []flaw{{path: "health.active.connect", message: "the check asks for a TCP connection alone, and nothing looks at answers: an endpoint that fails every request passes"}}
		case h.Path == "/" && !h.GRPC && !h.Deep:
			return []flaw{{path: "health.active.path", severity: Info, message: "the check asks for /, and nothing looks at answers: does that page fail when the application does?"}}
		}
		return nil
	},
}, {
	ID: "LB005", Name: "deep-health-check", Severity: Warning,
	Title:   "a check of what all endpoints share takes all out at once",
	When:    "the active check has depth: deep, and panic_threshold is 0%",
	Why:     "when the database behind all of them fails, every check fails with it, and requests that need no database are rejected, too",
	Instead: "depth: shallow, or a panic_threshold: 50%, under which all are used",
	Products: map[string]string{
		"envoy": "common_lb_config: {healthy_panic_threshold: {value: 50}}",
	},
	Scenario: "deep-health", Command: "lbsim compare deep-health --variant shallow:balancer.health.active.depth=shallow --variant panic:balancer.panic_threshold=50%",
	pool: func(p *pool) []flaw {
		if p.Health == nil || p.Health.Active == nil || !p.Health.Active.Deep || p.Panic > 0 || p.alone() {
			return nil
		}
		return []flaw{{path: "health.active.depth", message: "the check asks what all endpoints depend on, and there is no panic threshold: when that fails, no endpoint is left"}}
	},
}}

// detection is how long checks take to notice, in seconds.
type detection struct {
	mean, crash float64 // of a crash, which fails a check at once: on average, and at most
	hang        float64 // of a hang, which fails it when its time-out has passed: at most
	shortest    float64 // the shortest silence that takes an endpoint out
}

// detectionOf reckons with the longest intervals for what is at most, and the shortest for
// the silence: the first failed check ends an interval, the others follow a transition
// interval apart (see balancer.HealthCheck).
//
//	crash    = interval + (unhealthy - 1)·transition
//	hang     = interval + timeout + (unhealthy - 1)·(transition + timeout)
//	shortest = timeout + (unhealthy - 1)·(transition + timeout)
func detectionOf(h *balancer.HealthCheck) detection {
	interval, transition, timeout := h.Interval.Seconds(), h.TransitionInterval.Seconds(), h.Timeout.Seconds()
	if transition == 0 {
		transition = interval
	}
	if timeout == 0 {
		timeout = interval
	}
	first := theory.HealthChecks{Interval: interval, Jitter: h.Jitter, Unhealthy: 1}
	more := float64(h.Unhealthy - 1)
	longest := 1 + h.Jitter
	return detection{
		mean:     first.MeanDetection() + more*transition*(1+h.Jitter/2),
		crash:    longest * (interval + more*transition),
		hang:     longest*(interval+more*transition) + (more+1)*timeout,
		shortest: timeout + more*(transition+timeout),
	}
}
