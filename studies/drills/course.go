package drills

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/config"
	"lbsim/scenarios"
	"lbsim/studies/compare"
)

// course is a pool in its world, and what happens to it.
type course struct {
	pool     string
	source   *scenarios.Source // of the steady day
	scenario *scenarios.Scenario
	members  []scenarios.Member
	warm     time.Duration // before anything happens; nothing of it is measured
	window   time.Duration // from then to the end
	paced    bool          // nobody said how long they take
	drills   []*drill      // the steady day first
	spans    spans
	known    []string // the names and kinds of all that there could be
	plan     *compare.Plan
}

// from is when things happen, and when measuring begins.
func (c *course) from() clock.Time { return clock.Time(c.warm) }

// course puts a pool into its world; traffic, unless nil, is what of the world's comes to it.
func (q *Question) course(p *Plan, pool config.Pool, traffic share) (*course, error) {
	world := q.World
	if world == nil {
		var err error
		if world, err = q.Load.world(p, q.File, &pool); err != nil {
			return nil, err
		}
	}
	source, err := world.Around(q.File, q.alone(p, pool))
	if err != nil {
		return nil, err
	}
	settings, err := q.settings(p, world, source)
	if err != nil {
		return nil, err
	}
	if source, err = source.With(source.Name(), settings...); err != nil {
		return nil, err
	}
	if source, err = traffic.narrow(world.Name(), source); err != nil {
		return nil, err
	}
	if source, err = p.boundErrors(source); err != nil {
		return nil, err
	}
	s, err := source.Scenario()
	if err != nil {
		return nil, err
	}
	c := &course{pool: pool.Name, source: source, scenario: s, members: s.Members(), spans: q.spans(p, s.SLO)}
	if err := c.pace(world); err != nil {
		return nil, err
	}
	return c, nil
}

// alone is the configuration of one pool, which all requests go to. What only the proxy is
// told is left out, and what a scenario can't have under layer l4.
func (q *Question) alone(p *Plan, pool config.Pool) *config.Balancer {
	b := &config.Balancer{Layer: q.Balancer.Layer, Frontends: q.Balancer.Frontends, Pool: q.limited(p, pool)}
	b.Pool.Name, b.Pool.Servers = "", nil
	if b.Layer == balancer.L4 && (pool.Retries != nil || pool.Limits != nil || pool.Hedge != nil) {
		p.assume("pool %s balances connections: that they are tried again, and limits on them, is not simulated", pool.Name)
		b.Retries, b.Limits, b.Hedge = nil, nil, nil
	}
	if len(q.Balancer.Callers) > 0 {
		b.Frontends = 0
		for _, x := range q.Balancer.Callers {
			b.Frontends += x.N
		}
	}
	return b
}

// settings are objectives and how often, where the world does not say.
func (q *Question) settings(p *Plan, world *scenarios.World, source *scenarios.Source) ([][2]string, error) {
	var settings [][2]string
	slo, err := q.objectives(p, world)
	if err != nil {
		return nil, err
	}
	if len(slo) > 0 {
		settings = append(settings, [2]string{"slo", listOf(textsOf(slo))})
	}
	switch {
	case q.Replications > 0:
		settings = append(settings, [2]string{"run.replications", strconv.Itoa(q.Replications)})
	case !world.Says("run.replications"):
		settings = append(settings, [2]string{"run.replications", strconv.Itoa(replications)})
	}
	return settings, nil
}

// listOf writes words as a list of the language.
func listOf(words []string) string {
	text := "["
	for i, w := range words {
		if i > 0 {
			text += ", "
		}
		text += strconv.Quote(w)
	}
	return text + "]"
}

// lay makes the drills that were asked for, behind the steady day.
func (c *course) lay(p *Plan, q *Question) error {
	if c.paced {
		p.assume("things happen after %s, and what is measured is the %s from then on", seconds(c.warm), seconds(c.window))
	}
	for i := range Kinds {
		k := &Kinds[i]
		made, why := k.make(c)
		if why != "" && (len(q.Pick) == 0 || slices.Contains(q.Pick, k.Name)) {
			p.assume("pool %s: no drill %s: %s", c.pool, k.Name, why)
		}
		for _, d := range made {
			d.kind = k
			if d.name == "" {
				d.name = k.word
			}
			for _, name := range []string{k.Name, d.name} {
				if !slices.Contains(c.known, name) {
					c.known = append(c.known, name)
				}
			}
			if k.Name != steady && !q.picked(&d) {
				continue
			}
			if err := c.add(&d); err != nil {
				return err
			}
		}
	}
	return nil
}

// add makes a drill's scenario.
func (c *course) add(d *drill) error {
	settings := append([][2]string{
		{"run.duration", seconds(c.warm + c.window)}, {"run.warmup", seconds(c.warm)}, {"run.interval", seconds(c.interval())},
	}, d.settings...)
	settings = append(settings, c.spans.of(d)...)
	var err error
	d.source, err = c.source.With(d.name, settings...)
	if err != nil {
		return fmt.Errorf("drill %s of pool %s: %w", d.name, c.pool, err)
	}
	c.drills = append(c.drills, d)
	return nil
}
