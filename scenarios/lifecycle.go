package scenarios

import (
	"time"

	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/sim"
)

// Warming is how a server gets faster after it has started.
type Warming struct {
	Time  time.Duration
	Speed float64 // share of its speed at first
}

// Discovery is how balancers hear of servers that come and go.
type Discovery struct {
	Delay     time.Duration
	Announces sim.Announcement
}

var warming = decode.Object[Warming]{
	Name: "warm_up", Doc: "How a server gets faster after it has started: linearly, from a share of its speed to all of it.",
	Fields: []decode.Field[Warming]{
		decode.Required("time", span, func(w *Warming) *time.Duration { return &w.Time }, "How long it takes, from when it listens."),
		decode.Default("speed", decode.Share.That(decode.Above(0.0, "0"), decode.Below(1.0, "100%")), func(w *Warming) *float64 { return &w.Speed }, 0.2, "Its share of the speed at first."),
	},
}

func discovery() decode.Type[Discovery] {
	words := decode.Words[sim.Announcement]{Known: []decode.Word[sim.Announcement]{
		{Name: sim.Listening.String(), Value: sim.Listening}, {Name: sim.Started.String(), Value: sim.Started}}}
	return decode.Short[Discovery, time.Duration]{
		As:   instant,
		Make: func(d time.Duration) Discovery { return Discovery{Delay: d} },
		Back: func(d Discovery) (time.Duration, bool) { return d.Delay, d.Announces == sim.Listening },
		Full: decode.Object[Discovery]{
			Name: "discovery", Doc: "How balancers hear of servers that come and go.",
			Fields: []decode.Field[Discovery]{
				decode.Default("delay", instant, func(d *Discovery) *time.Duration { return &d.Delay }, 0, "After which they hear of a change, of the frontends that a lost zone takes along too. A server that left refuses what they still send."),
				decode.Default("announces", words, func(d *Discovery) *sim.Announcement { return &d.Announces }, sim.Listening,
					"When a new server is announced: listening, after its start_up (Kubernetes' readiness); started, at once, and health checks have to find out (a target group)."),
			},
		},
	}
}

// model is the warm-up as the simulator takes it.
func (w *Warming) model() *sim.WarmUp {
	if w == nil {
		return nil
	}
	return &sim.WarmUp{Time: w.Time, Share: w.Speed}
}

// The styles of a deploy.
const (
	rolling   = "rolling"
	blueGreen = "blue_green"
)

// deployCase is the act that replaces a group's servers.
func deployCase(at, name decode.Field[Act]) decode.Case[Act] {
	styles := decode.Words[string]{Known: []decode.Word[string]{{Name: rolling, Value: rolling}, {Name: blueGreen, Value: blueGreen}}}
	return decode.Case[Act]{Word: "deploy", Object: decode.Object[Act]{
		Doc: "A group's servers are replaced by another version. It takes as long as it takes; one that comes meanwhile waits for it.",
		Fields: []decode.Field[Act]{at, name,
			decode.Required("group", decode.Name, func(a *Act) *string { return &a.Group }, "The group."),
			decode.Default("style", styles, func(a *Act) *string { return &a.Style }, rolling,
				"rolling: batch after batch stops, starts (start_up) and is ready before the next; blue_green: as many new ones start beside the old ones, which leave when the new ones are ready."),
			decode.Optional("batch", decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(maxServers, "1000000")), func(a *Act) *int { return &a.Batch }, "How many at a time; left out: 1. style rolling only."),
			decode.Optional("drain", decode.Pointer[bool]{To: decode.Truth}, func(a *Act) **bool { return &a.Drain },
				"Whether servers are drained before they stop, else what they have is cut (502); left out: if the balancer has drain."),
			decode.Default("grace", instant, func(a *Act) *time.Duration { return &a.Grace }, 0,
				"Without drain: how long a server goes on after it was announced to leave (Kubernetes' preStop sleep)."),
			decode.Default("pause", instant, func(a *Act) *time.Duration { return &a.Pause }, 0,
				"How long to wait after a batch is ready, or before the old ones of blue_green leave."),
		},
		Check: func(v decode.Value, a *Act) {
			if a.Style == blueGreen && a.Batch > 0 {
				v.Get("batch").FailKey("contradicts style blue_green, which replaces all at once: leave it out")
			}
			if a.Grace > 0 && a.Drain != nil && *a.Drain {
				v.Get("grace").FailKey("contradicts drain: a server that is drained stops when that is over")
			}
		},
	}}
}

// drains reports whether a deploy drains servers, under the settings then.
func (a *Act) drains(s *Scenario, then *config.Balancer) bool {
	if a.Drain != nil {
		return *a.Drain
	}
	return s.drain(a, then) != nil && a.Grace == 0
}

// deployPlan is a deploy as the simulator takes it.
func (a *Act) deployPlan(s *Scenario, then *config.Balancer) *sim.DeployPlan {
	d := &sim.DeployPlan{Batch: max(a.Batch, 1), Drain: a.drains(s, then), Grace: a.Grace, Pause: a.Pause}
	if a.Style == blueGreen {
		d.Batch = 0
	}
	return d
}

// checkDeploy carries out a deploy and reports one that can't be.
func (r *roster) checkDeploy(at decode.Value, a *Act, s *Scenario, then *config.Balancer) {
	have := len(r.present[a.Group])
	switch {
	case a.drains(s, then) && s.drain(a, then) == nil:
		at.Get("drain").Fail("needs balancer.drain, which says how long it may take")
	case a.Batch > have:
		at.Get("batch").Fail("must be at most the %d servers of %s", have, a.Group)
	case a.Style == blueGreen && len(r.names)+have > maxServers:
		at.Get("style").Fail("there must be at most %d servers in all", maxServers)
	case a.Style == blueGreen && len(s.Balancer.Endpoints) > 0:
		at.Get("style").Fail("new servers are no endpoints: leave balancer.endpoints out to have all servers")
	case a.Style == blueGreen:
		r.remove(a.Group, have)
		r.add(a.Group, have)
	}
}
