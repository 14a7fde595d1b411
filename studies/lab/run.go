package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"lbsim/clock"
	"lbsim/workloads"
)

// Run carries the plan out, one algorithm after the other. Where ctx is done, or the time
// is over, before the end, the result has the algorithms that were complete.
func (p *Plan) Run(ctx context.Context) (*Result, error) {
	bounded, cancel := context.WithTimeoutCause(ctx, p.limit(), errTooLong)
	defer cancel()
	r := &Result{Schema: Schema, Version: p.Version, Command: p.Command, Scenario: p.Scenario, Proxy: p.Product, Seed: p.Seed,
		Seconds: p.Duration().Seconds(), WarmUp: p.cut().Seconds(), Warnings: p.Warnings}
	if r.Proxy == "" {
		r.Proxy = "lbsim"
	}
	for i, t := range p.trials {
		o, err := p.try(bounded, i, t)
		switch {
		case err != nil && bounded.Err() != nil && len(r.Results) > 0:
			r.Interrupted = true
			r.Warnings = append(r.Warnings, fmt.Sprintf("%v before %s was complete.", context.Cause(bounded), t.choice))
			return r, nil
		case err != nil:
			return nil, fmt.Errorf("%s: %w", t.choice, err)
		}
		r.Results = append(r.Results, o)
		p.judge(r, &o)
	}
	return r, nil
}

// cut is until when requests come that do not count: a tenth where that is to be found.
func (p *Plan) cut() clock.Time {
	run := &p.trials[0].scenario.Run
	if run.WarmUp.Auto {
		return clock.Time(run.Duration / 10)
	}
	return clock.Time(run.WarmUp.Cut)
}

// try carries one algorithm out: the simulation, and the requests. Meanwhile a few that need
// no service pass a stand of their own, just like the other: what they take is the machine's
// overhead, measured at the same time because a minute later it is another.
func (p *Plan) try(ctx context.Context, i int, t *trial) (Outcome, error) {
	simulated, err := predict(ctx, t, p.Seed, p.cut(), onTime(p.trace))
	if err != nil {
		return Outcome{}, err
	}
	quiet := quietTrace(p.trace)
	tell := func(done int) {
		if n := len(p.trace.Records); p.Progress != nil {
			p.Progress(t.choice.String(), i*n+done, len(p.trials)*n)
		}
	}
	both, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var machine *measured
	var wrong error
	done := make(chan struct{})
	go func() {
		defer close(done)
		if machine, _, wrong = p.meet(both, t, quiet, false, nil); wrong != nil {
			fail(fmt.Errorf("measuring the machine's overhead: %w", wrong))
		}
	}()
	live, happened, err := p.meet(both, t, p.trace, true, tell)
	if err != nil {
		fail(err)
	}
	<-done
	if err := cmp.Or(err, wrong); err != nil {
		return Outcome{}, err
	}
	// A machine that keeps the clients from sending keeps servers idle, and then sends much at
	// once, which is another load: so the prediction is of requests as they left.
	sent, err := predict(ctx, t, p.Seed, p.cut(), asSent(p.trace, live.late))
	if err != nil {
		return Outcome{}, err
	}
	measured := live.sample(p.trace, p.cut())
	measured.happened = happened
	return t.outcome(sides{simulated: simulated, sent: sent, measured: measured, overhead: machine.punctual().sample(quiet, p.cut()).latencies, late: live.late}, p.Seed), nil
}

// meet lets a stand of servers and balancer meet requests, and the timeline where acts
// says so.
func (p *Plan) meet(ctx context.Context, t *trial, trace *workloads.Trace, acts bool, progress func(done int)) (m *measured, happened []happening, err error) {
	s, err := p.build(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	running, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	g := &generator{address: s.middle.address(), model: t.model, trace: trace, servers: map[string]int{}, connections: p.Connections,
		timeout: t.drainTime(), progress: progress, start: time.Now().Add(lead)}
	for i := range t.model.Servers {
		g.servers[t.model.Servers[i].Name] = i
	}
	timeline, stop := context.WithCancel(running)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if acts {
			d := &director{stand: s, ctx: timeline, fail: fail, start: g.start, crashed: map[int]bool{}}
			if err := d.perform(); err != nil {
				fail(err)
			}
		}
	}()
	m, err = g.run(running)
	stop()
	<-done
	err = errors.Join(err, s.close())
	for _, n := range s.notes.all {
		if n.at.Before(g.start) { // the first checks
			continue
		}
		happened = append(happened, happening{clock.Time(n.at.Sub(g.start)), n.kind, n.server})
	}
	return m, happened, err
}

// lead is the time from the decision to begin until the first request may come.
const lead = 50 * time.Millisecond

// judge warns of what makes figures say less than they seem to.
func (p *Plan) judge(r *Result, o *Outcome) {
	if late := o.Late.P99; late != nil && *late > 0.005 {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s: 1%% of the requests left %.1f ms late or more, as the machine was busy: their latency counts from when they should have left.", o.Variant, *late*1e3))
	}
	if o.Measured.P99 == nil {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s: %d requests are too few for a p99: give it more time (--duration).", o.Variant, o.Requests))
	}
}
