// Package autoscale decides how many servers a group should have: the arithmetic of
// the Kubernetes HorizontalPodAutoscaler (autoscaling/v2), with servers for pods. It
// knows no world: it is told what was measured and says what it wants.
package autoscale

import (
	"errors"
	"fmt"
	"math"
	"time"

	"lbsim/clock"
)

// Policy is what an autoscaler is told once.
type Policy struct {
	Min, Max     int
	Schedule     []Floor  // in order of time
	Targets      []Target // at least one; the one that asks for the most servers counts
	Tolerance    float64  // a metric that far from its target, as a share of it, changes nothing
	Sync         time.Duration
	Window       time.Duration // a multiple of Sync: what a metric is the mean of
	Provisioning time.Duration // from the decision until a new server serves
	Up, Down     Pace
}

// Floor is the least number of servers from an instant on.
type Floor struct {
	At  clock.Time
	Min int
}

// Metric is what a target is about.
type Metric uint8

const (
	None    Metric = iota // no metric: the bounds asked for it
	CPU                   // share of the processors that is busy, mean over servers
	Latency               // time at the server, seconds, of the group's requests
	Queue                 // requests that wait at a server, mean over servers
)

// String returns the word of the scenario language.
func (m Metric) String() string { return [...]string{"bounds", "cpu", "latency", "queue"}[m] }

// Target is a value to keep a metric at.
type Target struct {
	Metric   Metric
	Value    float64
	Quantile float64 // of latencies; 0: the mean
}

// Pace is how fast the number of servers may change in one direction.
type Pace struct {
	// Stabilization is how long a recommendation counts: up, the least of that time
	// is followed, down, the greatest.
	Stabilization time.Duration
	Limits        []Limit // none: as fast as it likes
	Select        Select
}

// Limit bounds the change within a period: by Servers, or by Share of the servers
// that there were when it began, one of the two.
type Limit struct {
	Servers int
	Share   float64
	Period  time.Duration
}

// Select says which of several limits counts.
type Select uint8

const (
	Most     Select = iota // the one that allows the greatest change
	Least                  // the one that allows the smallest
	Disabled               // none: the number does not change in this direction
)

// Reading is a target's metric over the window: Value is not known where nothing was
// measured.
type Reading struct {
	Value float64
	Known bool
}

// Fleet is a group at a sync: how many servers were asked for, those that are being
// provisioned included and those that drain not, and how many of them have served for
// a whole window.
type Fleet struct{ Wanted, Ready int }

// rounding is the share of a server that is no demand but floating point.
const rounding = 1e-9

// Recommend returns how many servers one target asks for: ceil(ready · value/target),
// and as many as there are where value/target is within the tolerance of 1
// (Kubernetes, "Algorithm details"; replica_calculator.go). Servers that are not ready
// are set aside; where more are asked for and the metric is a mean over servers, they
// count with 0 first, and if that leaves the ratio within the tolerance or turns it
// round, nothing changes.
func (p *Policy) Recommend(t Target, value float64, f Fleet) int {
	ready := float64(f.Ready)
	ratio := value / t.Value
	if t.Metric != Latency && ratio > 1 && f.Ready < f.Wanted {
		ratio *= ready / float64(f.Wanted)
		if ratio < 1 {
			return f.Wanted
		}
	}
	if math.Abs(1-ratio) <= p.Tolerance+rounding {
		return f.Wanted
	}
	n := ready * value / t.Value
	return int(min(math.Ceil(n-float64(rounding*n)), math.MaxInt32))
}

// bounds returns the least and the greatest number of servers at an instant.
func (p *Policy) bounds(now clock.Time) (least, most int) {
	least = p.Min
	for _, f := range p.Schedule {
		if f.At <= now {
			least = f.Min
		}
	}
	return least, p.Max
}

// Check returns what makes a policy impossible to follow.
func (p *Policy) Check() error {
	var errs []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("autoscale: "+format, args...))
		}
	}
	bad(p.Min >= 1 && p.Min <= p.Max, "from %d to %d servers: must be 1 <= min <= max", p.Min, p.Max)
	for i, f := range p.Schedule {
		bad(f.Min >= 1 && f.Min <= p.Max, "a scheduled minimum of %d: must be in [1, %d]", f.Min, p.Max)
		bad(i == 0 || f.At >= p.Schedule[i-1].At, "the schedule goes back in time")
	}
	bad(len(p.Targets) > 0, "no target")
	for _, t := range p.Targets {
		bad(t.Metric != None && t.Value > 0 && t.Quantile >= 0 && t.Quantile < 1, "target %v = %v: must be > 0", t.Metric, t.Value)
	}
	bad(p.Tolerance >= 0 && p.Provisioning >= 0, "tolerance and provisioning must be >= 0")
	bad(p.Sync > 0 && p.Window >= p.Sync && p.Window%p.Sync == 0, "a window of %v with a sync of %v: must be a multiple", p.Window, p.Sync)
	for _, pace := range []Pace{p.Up, p.Down} {
		bad(pace.Stabilization >= 0, "stabilization must be >= 0")
		for _, l := range pace.Limits {
			bad(l.Period > 0 && (l.Servers > 0) != (l.Share > 0), "a limit needs a period, and servers or a share")
		}
	}
	return errors.Join(errs...)
}
