// Package lab carries a scenario out for real, on this machine: servers that behave as
// its model says, a balancer between them, and clients who ask when they ask, whatever the
// answers do. Beside what was measured stands what the simulator says of the same requests.
package lab

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/config"
	"lbsim/scenarios"
	"lbsim/sim"
	"lbsim/studies/compare"
	"lbsim/workloads"
)

// Question is what somebody wants tried.
type Question struct {
	Source      *scenarios.Source
	Settings    []string      // path=value
	Algorithms  []string      // none: the scenario's
	Product     string        // who balances: "" is lbsim's proxy
	Config      string        // the product's configuration, a file of one's own; "": made of the scenario
	Connections int           // of the clients, at most; requests beyond wait for one, which counts
	Limit       time.Duration // the longest that it may take in all; 0: twice what it should
}

// Plan is what is about to be tried.
type Plan struct {
	Scenario    string
	Version     string // of the program
	Command     string
	Product     string
	Config      string
	Seed        uint64
	Connections int
	Limit       time.Duration
	Warnings    []string
	Progress    func(what string, done, of int)

	trials []*trial
	trace  *workloads.Trace
}

// trial is the scenario under one algorithm.
type trial struct {
	choice   algorithms.Choice
	scenario *scenarios.Scenario
	model    *sim.Model // of the trace's requests
	timeout  time.Duration
}

// Duration is how long the requests of a trial come.
func (p *Plan) Duration() time.Duration { return p.trials[0].scenario.Run.Duration }

// Requests is how many a trial has.
func (p *Plan) Requests() int { return len(p.trace.Records) }

// mostDuration is the longest that requests may come: nobody waits for more by mistake.
const mostDuration = 15 * time.Minute

// Plan reads the scenario and says what of it can't be carried out, all at once, before
// anything starts.
func (q Question) Plan() (*Plan, error) {
	source := q.Source.Clone()
	for _, text := range q.Settings {
		path, value, _ := strings.Cut(text, "=")
		if err := source.Set(strings.TrimSpace(path), value); err != nil {
			return nil, err
		}
	}
	if q.Config != "" && q.Product == "" {
		return nil, errors.New("--config is of a product: give --proxy, too (lbsim proxy takes its balancer from the scenario)")
	}
	p := &Plan{Product: q.Product, Config: q.Config, Connections: q.Connections, Limit: q.Limit}
	names := q.Algorithms
	if len(names) == 0 {
		names = []string{""}
	}
	var given []string
	for _, name := range names {
		t, err := p.trial(source.Clone(), name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(given, t.choice.String()) {
			return nil, fmt.Errorf("--algorithms: %s is given twice", t.choice)
		}
		given = append(given, t.choice.String())
		p.trials = append(p.trials, t)
	}
	first := p.trials[0]
	p.Scenario, p.Seed = first.scenario.Name, first.scenario.Run.Seed
	if err := p.draw(); err != nil {
		return nil, err
	}
	p.warn()
	return p, nil
}

func (p *Plan) trial(source *scenarios.Source, name string) (*trial, error) {
	if name != "" {
		choice, err := compare.ParseAlgorithm(name)
		if err != nil {
			return nil, err
		}
		if err := source.Set("balancer.algorithm", choice.String()); err != nil {
			return nil, err
		}
	}
	s, err := source.Scenario()
	if err != nil {
		return nil, err
	}
	t := &trial{choice: s.Balancer.Algorithm, scenario: s, model: s.Build()}
	var problems []string
	problems = append(problems, refusals(s, t.model)...)
	if p.Product == "" {
		problems = append(problems, proxyRefusals(s, t.model)...)
	} else {
		problems = append(problems, productRefusals(p.Product, p.Config, s, t.model)...)
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s can't be carried out for real:\n  %s", s.Name, strings.Join(problems, "\n  "))
	}
	if c := t.model.Clients; c != nil && c.Timeout > 0 {
		t.timeout = time.Duration(c.Timeout * 1e9)
	}
	return t, nil
}

// refusals says what of a scenario can't be had for real, whoever balances.
func refusals(s *scenarios.Scenario, m *sim.Model) (no []string) {
	refuse := func(is bool, format string, args ...any) {
		if is {
			no = append(no, fmt.Sprintf(format, args...))
		}
	}
	process := s.Workload.Arrivals.Process
	refuse(process == "closed", "workload.arrivals: users who wait for answers (closed): requests here come whatever the answers do")
	refuse(s.Run.Duration == 0, "run.requests: give run.duration, as time passes for real")
	refuse(s.Run.Duration > mostDuration, "run.duration: %v would be waited for: at most %v (--duration)", s.Run.Duration, mostDuration)
	refuse(m.Sessions != nil, "workload.sessions: live servers keep none")
	refuse(m.Network.OneWay != nil, "network.latency: this machine has its own")
	refuse(len(m.Tiers) > 0, "servers.calls: live servers call nobody")
	refuse(len(m.Autoscalers) > 0, "servers.autoscale: who is there is fixed here")
	refuse(m.Network.Discovery > 0, "network.discovery: the balancer hears of changes at once")
	if c := m.Clients; c != nil {
		refuse(c.Patience != nil, "workload.clients.patience: clients can't see whether they wait in a queue; give a timeout")
		refuse(c.Retries != nil, "workload.clients.retries: clients here ask once")
		refuse(c.OnTimeout == workloads.Abandon && c.Timeout > 0, "workload.clients.on_timeout: abandon: who gives up here closes the connection")
		refuse(c.RequestsPerConnection > 0, "workload.clients.requests_per_connection: a connection here is kept")
	}
	for _, c := range m.Classes {
		refuse(c.Priority != balancer.Ordinary, "workload.classes.%s.priority: live requests have none", c.Name)
	}
	for _, g := range s.Servers {
		for i := range m.Servers {
			if m.Servers[i].Group == g.Name {
				if why := cannotServe(&m.Servers[i]); why != "" {
					no = append(no, "servers."+g.Name+" "+why)
				}
				break
			}
		}
	}
	needs := uint64(0)
	for i := range m.Servers {
		needs |= m.Servers[i].DependsOn
	}
	refuse(needs&(needs-1) != 0, "servers.depends_on: several different things")
	for i, a := range m.Acts {
		if why := cannotDo(&a); why != "" {
			no = append(no, fmt.Sprintf("timeline[%d]: %s %s", i, a.Label, why))
		}
	}
	return no
}

// proxyRefusals says what lbsim's proxy does not carry out.
func proxyRefusals(s *scenarios.Scenario, m *sim.Model) (no []string) {
	settings := []*config.Balancer{&s.Balancer}
	for i := range s.Timeline {
		if s.Timeline[i].Do == "configure" {
			settings = append(settings, s.SettingsAfter(i))
		}
	}
	for _, b := range settings {
		if _, err := told(b, m, nil); err != nil {
			for text := range strings.SplitSeq(err.Error(), "\n") {
				if text = "balancer." + text; !slices.Contains(no, text) {
					no = append(no, text)
				}
			}
		}
	}
	return no
}

// warn says what will not be as it was simulated.
func (p *Plan) warn() {
	keyed := slices.ContainsFunc(p.trials, func(t *trial) bool { return t.choice.Spec.NeedsKey })
	if keyed {
		p.Warnings = append(p.Warnings, "Keys are placed by the hash of their digits here and of their bytes in the simulator, so a hot key may be on another server.")
	}
	for _, t := range p.trials {
		for _, c := range t.model.Classes {
			if c.Copies == sim.Independent {
				p.Warnings = append(p.Warnings, "Attempts of "+c.Name+" need the same here: copies: independent is the simulator's.")
				return
			}
		}
	}
}

// Expected is about how long all trials take.
func (p *Plan) Expected() time.Duration {
	return time.Duration(len(p.trials)) * (p.Duration() + time.Second)
}

// limit is when all is ended.
func (p *Plan) limit() time.Duration {
	if p.Limit > 0 {
		return p.Limit
	}
	return 2*p.Expected() + 30*time.Second
}

var errTooLong = errors.New("the time is over")
