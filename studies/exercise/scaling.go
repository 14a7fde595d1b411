package exercise

import (
	"fmt"
	"slices"
)

// What a target of CPU is between: below, one pays for idle instances; above, nothing is
// left for the minute until another is there.
const (
	leastCPU = 0.3
	mostCPU  = 0.75
)

// triggers judges what adds instances.
func (j *judging) triggers(p *Point) {
	var seen []string
	for i := range j.answers.Triggers {
		t := &j.answers.Triggers[i]
		if t.Signal == "" || t.Target == "" {
			p.poor(fmt.Sprintf("trigger %d: signal and target, both", i+1))
			continue
		}
		if !slices.Contains(seen, t.Signal) {
			seen = append(seen, t.Signal)
		}
		j.target(p, t)
	}
	switch {
	case len(seen) == 1:
		p.because("LB026", "one signal alone: CPU stays low while requests wait for a database, a queue is empty until it is too late; take two that see different things")
	case len(seen) > 1 && !slices.Contains(seen, "latency") && !slices.Contains(seen, "queue"):
		p.because("LB026", "none of them sees requests wait: add queue or latency, which grow when something else than CPU runs out")
	case len(seen) > 1:
		p.good("two signals that see different things")
	}
}

// target judges the value that a trigger holds.
func (j *judging) target(p *Point, t *Trigger) {
	x, ok := t.value()
	switch {
	case !ok:
		p.poor(fmt.Sprintf("%s: %s is no target: %s", t.Signal, t.Target, map[string]string{
			"cpu": "a share, such as 60%", "memory": "a share, such as 70%", "latency": "a time, such as 200ms", "queue": "how many wait at each instance, such as 2", "requests": "a rate at each instance, such as 100/s",
		}[t.Signal]))
	case t.Signal == "memory":
		p.poor("memory does not follow the load: a process that has grown stays so, and instances are never taken away again")
	case t.Signal == "cpu" && x > 1:
		p.poor(fmt.Sprintf("cpu: %s is %s: write a share, such as 60%%", t.Target, percent(x)))
	case t.Signal == "cpu" && x > mostCPU:
		p.poor(fmt.Sprintf("cpu at %s leaves no room for the minute until a new instance works: 50%% to 70%%", percent(x)))
	case t.Signal == "cpu" && x < leastCPU:
		p.poor(fmt.Sprintf("cpu at %s keeps twice the instances that are needed: 50%% to 70%%", percent(x)))
	case t.Signal == "latency" && x >= j.exercise.demands.limit.Seconds():
		p.poor(fmt.Sprintf("latency at %s acts when the objective of %s is missed already: aim below it", t.Target, seconds(j.exercise.demands.limit)))
	case t.Signal == "latency" && x < j.exercise.demands.work.Seconds():
		p.poor(fmt.Sprintf("latency at %s is less than the work of a request (%s on average): however many instances there are, it asks for more", t.Target, seconds(j.exercise.demands.work)))
	case t.Signal == "requests" && x > j.exercise.demands.most:
		p.poor(fmt.Sprintf("%s is more than any instance can serve (%.3g/s): it never asks for another", t.Target, j.exercise.demands.most))
	case t.Signal == "queue" && x > 20:
		p.poor(fmt.Sprintf("a queue of %g at each instance is several times what it works on: users have waited long before another is asked for", x))
	}
}
