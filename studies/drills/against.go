package drills

import (
	"cmp"
	"fmt"
	"slices"

	"lbsim/clock"
	"lbsim/config"
	"lbsim/studies/compare"
)

// ChangePlan is a comparison ready to run.
type ChangePlan struct {
	Workers  int                     // how many runs at once; 0: as many as cores
	Progress func(done, planned int) // unless nil, is told how many runs are done of all
	Requests float64                 // how many all runs have, about

	matches []*match
	moved   []Moved
	assumed []string
}

// match is a pool before and after, with the drills that both have.
type match struct {
	before, after *course
	pairs         [][2]*drill
	plan          *compare.Plan
}

// Against plans to hold the configuration of q against another one, in the same world.
// Without a load only what moves is known.
func (q Question) Against(before Question) (*ChangePlan, error) {
	p := &ChangePlan{}
	pools := p.poolsOf(before.Balancer, q.Balancer)
	for _, x := range pools {
		moved, err := movedBetween(x[0], x[1])
		if err != nil {
			return nil, err
		}
		p.moved = append(p.moved, moved...)
	}
	if q.World == nil && q.Load.RateRPS == 0 {
		return p, nil
	}
	then, err := before.prepare()
	if err != nil {
		return nil, fmt.Errorf("before: %w", err)
	}
	now, err := q.prepare()
	if err != nil {
		return nil, err
	}
	for _, x := range pools {
		m, err := matched(then, now, x, &before, &q)
		if err != nil {
			return nil, err
		}
		if m != nil {
			p.matches = append(p.matches, m)
			p.Requests += m.plan.Requests
		}
	}
	for _, text := range slices.Concat(now.assumed, then.assumed) {
		if !slices.Contains(p.assumed, text) {
			p.assumed = append(p.assumed, text)
		}
	}
	return p, now.checkNames(q.Pick)
}

// poolsOf pairs the pools and says which have no other to be held against.
func (p *ChangePlan) poolsOf(before, after *config.Balancer) [][2]config.Pool {
	pairs, gone, added := PairPools(before, after)
	for _, x := range added {
		p.assumed = append(p.assumed, fmt.Sprintf("pool %s is new: there is nothing to hold it against", x.Name))
	}
	for _, x := range gone {
		p.assumed = append(p.assumed, fmt.Sprintf("pool %s is there no more", x.Name))
	}
	return pairs
}

// PairPools pairs the pools of two configurations by name, and returns those that only one
// has; two configurations of one pool each are about the same.
func PairPools(before, after *config.Balancer) (pairs [][2]config.Pool, gone, added []config.Pool) {
	then, now := before.All(), after.All()
	if len(then) == 1 && len(now) == 1 {
		return [][2]config.Pool{{then[0], now[0]}}, nil, nil
	}
	named := func(name string) func(config.Pool) bool { return func(x config.Pool) bool { return x.Name == name } }
	for _, x := range now {
		if i := slices.IndexFunc(then, named(x.Name)); i >= 0 {
			pairs = append(pairs, [2]config.Pool{then[i], x})
			continue
		}
		added = append(added, x)
	}
	for _, x := range then {
		if !slices.ContainsFunc(now, named(x.Name)) {
			gone = append(gone, x)
		}
	}
	return pairs, gone, added
}

// Identities says who an endpoint is: its address where all of both pools have one of
// their own, or else its name.
func Identities(before, after config.Pool) func(config.Endpoint) string {
	for _, pool := range []config.Pool{before, after} {
		seen := map[string]bool{"": true}
		for _, e := range pool.Endpoints {
			if seen[e.Address] {
				return func(e config.Endpoint) string { return e.Name }
			}
			seen[e.Address] = true
		}
	}
	return func(e config.Endpoint) string { return e.Address }
}

// matched puts the drills that a pool has before and after side by side; nil where it is
// drilled in neither.
func matched(then, now *Plan, pools [2]config.Pool, before, after *Question) (*match, error) {
	find := func(p *Plan, pool string) *course {
		if i := slices.IndexFunc(p.courses, func(c *course) bool { return c.pool == pool }); i >= 0 {
			return p.courses[i]
		}
		return nil
	}
	m := &match{before: find(then, pools[0].Name), after: find(now, pools[1].Name)}
	if m.before == nil || m.after == nil {
		return nil, nil
	}
	m.alongside()
	if err := m.before.lay(then, before); err != nil {
		return nil, err
	}
	if err := m.after.lay(now, after); err != nil {
		return nil, err
	}
	of := Identities(pools[0], pools[1])
	whom := func(d *drill, pool config.Pool) string {
		if i := slices.IndexFunc(pool.Endpoints, func(e config.Endpoint) bool { return e.Name == d.whom }); i >= 0 {
			return of(pool.Endpoints[i])
		}
		return d.whom
	}
	for _, d := range m.after.drills {
		i := slices.IndexFunc(m.before.drills, func(x *drill) bool {
			return x.kind == d.kind && whom(x, pools[0]) == whom(d, pools[1])
		})
		if i < 0 {
			now.assume("drill %s of pool %s has nothing to be held against before", d.name, m.after.pool)
			continue
		}
		m.pairs = append(m.pairs, [2]*drill{m.before.drills[i], d})
	}
	return m, m.compare(cmp.Or(after.MinEffect, leastChange))
}

// alongside makes both take the same time.
func (m *match) alongside() {
	m.before.warm = max(m.before.warm, m.after.warm)
	m.before.window = max(m.before.window, m.after.window)
	m.after.warm, m.after.window = m.before.warm, m.before.window
}

// compare makes the plan: each pair is a group of its own, in which before is the baseline.
func (m *match) compare(minEffect float64) error {
	q := compare.Question{Metrics: compared, MinEffect: minEffect}
	for _, pair := range m.pairs {
		for i, when := range []string{"before", "after"} {
			source, err := pair[i].source.With(pair[i].name + " " + when)
			if err != nil {
				return err
			}
			q.Sources = append(q.Sources, source)
		}
	}
	plan, err := q.Plan()
	if err != nil {
		return err
	}
	for i := range plan.Variants {
		plan.Variants[i].Group, plan.Variants[i].Since = i/2, clock.Time(m.after.warm)
	}
	m.plan = plan
	return nil
}
