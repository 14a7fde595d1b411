package autoscale

import (
	"math"
	"time"

	"lbsim/clock"
)

// Controller is a policy at work: it remembers what it recommended and did.
type Controller struct {
	policy      *Policy
	recommended []stamp // of the longer stabilization
	changes     []stamp // of the longest period of a limit; n servers more, or -n fewer
}

type stamp struct {
	at clock.Time
	n  int
}

// NewController returns a controller of a group that begins with a number of servers,
// which counts as its first recommendation.
func NewController(p *Policy, servers int) *Controller {
	return &Controller{policy: p, recommended: []stamp{{0, servers}}}
}

// Decision is what a controller wants at a sync.
type Decision struct {
	Servers int
	Why     Metric // of the target that asked for the most, None where the bounds did
}

// Decide returns how many servers there should be, from readings parallel to the
// policy's targets, and remembers it as done. As in Kubernetes a metric that is not
// known lets others scale up, and none down; recommendations are stabilized, then
// held to the limits and, whatever those say, to the bounds.
func (c *Controller) Decide(now clock.Time, f Fleet, readings []Reading) Decision {
	d := c.recommend(f, readings)
	least, most := c.policy.bounds(now)
	wanted := c.limited(now, f.Wanted, c.stabilized(now, f.Wanted, d.Servers))
	if wanted = min(max(wanted, least), most); wanted > d.Servers && wanted == least {
		d.Why = None
	}
	d.Servers = wanted
	if wanted != f.Wanted {
		c.changes = append(c.forget(now, c.changes, c.longestPeriod()), stamp{now, wanted - f.Wanted})
	}
	return d
}

// recommend returns the most that a target asks for.
func (c *Controller) recommend(f Fleet, readings []Reading) Decision {
	d := Decision{Servers: math.MinInt}
	unknown := false
	for i, t := range c.policy.Targets {
		if !readings[i].Known {
			unknown = true
			continue
		}
		if n := c.policy.Recommend(t, readings[i].Value, f); n > d.Servers {
			d = Decision{n, t.Metric}
		}
	}
	if unknown && d.Servers < f.Wanted {
		return Decision{Servers: f.Wanted}
	}
	return d
}

// stabilized follows the least of the recent recommendations up and the greatest of
// them down (stabilizeRecommendationWithBehaviors).
func (c *Controller) stabilized(now clock.Time, current, wanted int) int {
	p := c.policy
	up, down := wanted, wanted
	for _, r := range c.recommended {
		if r.at > now.Add(-p.Up.Stabilization) {
			up = min(up, r.n)
		}
		if r.at > now.Add(-p.Down.Stabilization) {
			down = max(down, r.n)
		}
	}
	c.recommended = append(c.forget(now, c.recommended, max(p.Up.Stabilization, p.Down.Stabilization)), stamp{now, wanted})
	return min(max(current, up), down)
}

// limited holds a change to the limits of its direction
// (convertDesiredReplicasWithBehaviorRate).
func (c *Controller) limited(now clock.Time, current, wanted int) int {
	switch {
	case wanted > current:
		return min(wanted, c.limit(now, current, &c.policy.Up, 1))
	case wanted < current:
		return max(wanted, c.limit(now, current, &c.policy.Down, -1))
	}
	return wanted
}

// limit returns how many servers a pace allows at most (sign 1) or at least (-1).
func (c *Controller) limit(now clock.Time, current int, p *Pace, sign int) int {
	if p.Select == Disabled {
		return current
	}
	if len(p.Limits) == 0 {
		return sign * math.MaxInt32
	}
	best := 0
	for i, l := range p.Limits {
		began := current
		for _, x := range c.changes {
			if x.at > now.Add(-l.Period) {
				began -= x.n
			}
		}
		change := (l.allows(began, sign) - current) * sign
		if i == 0 || (change > best) == (p.Select == Most) {
			best = change
		}
	}
	return current + sign*max(best, 0)
}

// allows returns how many servers there may be at the end of a period that began
// with some; shares are rounded up.
func (l Limit) allows(began, sign int) int {
	if l.Servers > 0 {
		return began + sign*l.Servers
	}
	n := float64(began) * (1 + float64(float64(sign)*l.Share))
	if sign < 0 {
		return int(n + rounding)
	}
	return int(min(math.Ceil(n-rounding), math.MaxInt32))
}

func (c *Controller) longestPeriod() (d time.Duration) {
	for _, l := range c.policy.Up.Limits {
		d = max(d, l.Period)
	}
	for _, l := range c.policy.Down.Limits {
		d = max(d, l.Period)
	}
	return d
}

// forget drops what is a time or more ago.
func (c *Controller) forget(now clock.Time, all []stamp, after time.Duration) []stamp {
	kept := all[:0]
	for _, x := range all {
		if x.at > now.Add(-after) {
			kept = append(kept, x)
		}
	}
	return kept
}
