package drills

import (
	"fmt"
	"math"
	"slices"
	"time"

	"lbsim/config"
	"lbsim/scenarios"
)

// The bounds of what a course takes where the world has no run.
const (
	leastWindow = 30 * time.Second
	mostWindow  = 10 * time.Minute
	leastWarm   = 10 * time.Second
	mostWarm    = time.Minute
	// forP99 is how many requests a window should have, so that its p99 is known.
	forP99 = 12_000
)

// pace chooses how long the course takes: as the world's run says, or long enough for what
// the configuration waits for.
func (c *course) pace(world *scenarios.World) error {
	run, rate := &c.scenario.Run, c.scenario.Rate()
	if world.Says("run") {
		if run.Duration == 0 {
			return fmt.Errorf("%s: run.requests: drills happen at instants: give run.duration", world.Name())
		}
		if c.warm = run.WarmUp.Cut; c.warm == 0 {
			c.warm = (run.Duration / 4).Round(time.Second / 10)
		}
		if c.window = run.Duration - c.warm; c.warm <= 0 {
			return fmt.Errorf("%s: run.duration: %s is too short for drills", world.Name(), seconds(run.Duration))
		}
		return nil
	}
	c.warm, c.window = leastWarm, leastWindow
	for _, long := range []time.Duration{3 * detection(&c.scenario.Balancer.Pool), 2 * slowStart(&c.scenario.Balancer.Pool), c.deployTime() * 3 / 2, enough(forP99, rate)} {
		c.window = max(c.window, long)
	}
	c.window = min(c.window.Truncate(time.Second)+time.Second, mostWindow)
	if c.window > leastWindow {
		c.window = (c.window + 4*time.Second).Truncate(5 * time.Second)
	} else {
		c.window = leastWindow
	}
	c.warm = min(max(c.warm, enough(forP99/4, rate)), mostWarm).Round(time.Second)
	c.paced = true
	return nil
}

// enough is the time in which so many requests come.
func enough(requests, rate float64) time.Duration {
	if rate <= 0 {
		return 0
	}
	return time.Duration(min(requests/rate*1e9, float64(mostWindow)))
}

// detection is how long active checks take to notice: unhealthy of them, and the last one's
// time-out.
func detection(p *config.Pool) time.Duration {
	if p.Health == nil || p.Health.Active == nil {
		return 0
	}
	a := p.Health.Active
	return time.Duration(a.Unhealthy)*a.Interval + a.Timeout
}

func slowStart(p *config.Pool) time.Duration {
	if p.SlowStart == nil {
		return 0
	}
	return p.SlowStart.Window
}

// deployBatches is how many batches a deploy has, about: a fifth of a group's servers leave
// at a time.
const deployBatches = 5

// batchOf is how many servers of a group a deploy replaces at a time.
func batchOf(count int) int { return (count + deployBatches - 1) / deployBatches }

// deployTime is how long a deploy takes at least: its batches start one after the other.
func (c *course) deployTime() (d time.Duration) {
	for i := range c.scenario.Servers {
		if g := &c.scenario.Servers[i]; slices.ContainsFunc(c.members, func(m scenarios.Member) bool { return m.Group == g.Name }) {
			batch := batchOf(g.Count)
			d += time.Duration((g.Count+batch-1)/batch) * (g.StartUp + time.Second)
		}
	}
	return d
}

// interval is the step of figures over time, and so of the time to recover: the shortest of
// 1, 2 or 5 times a power of ten with 200 requests, but a twentieth of the window at most.
func (c *course) interval() time.Duration {
	least := c.window / 400
	if rate := c.scenario.Rate(); rate > 0 {
		least = max(least, min(enough(200, rate), c.window/40))
	}
	power := math.Pow(10, math.Floor(math.Log10(least.Seconds())))
	for _, times := range []float64{1, 2, 5} {
		if step := times * power; step >= least.Seconds()*(1-1e-9) {
			return time.Duration(math.Round(step * 1e9))
		}
	}
	return time.Duration(math.Round(10 * power * 1e9))
}
