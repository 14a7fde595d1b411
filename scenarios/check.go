package scenarios

import (
	"fmt"
	"math"
	"slices"

	"lbsim/config/decode"
)

// shareTolerance is how far from 1 the sum of shares may be: thirds written with
// four digits must pass.
const shareTolerance = 1e-3

// checkScenario looks at what the parts say together. Each check asks whether the parts that
// it compares are good by themselves (Sound), so that a mistake hides no other and none is
// reported that only follows from another.
func checkScenario(v decode.Value, s *Scenario) {
	if v.Sound("servers", "balancer") {
		modelEndpoints(v, s)
	}
	checkObjectives(v, s) // before shares that do not sum to 1 make all classes doubtful
	checkClasses(v, s)
	checkClients(v, s)
	checkAlgorithm(v, s)
	checkSettings(v, s)
	checkRun(v, s)
	checkServers(v, s)
	if v.Sound("servers") {
		checkCalls(v, s)
	}
	checkPools(v, s)
	checkLocalities(v, s)
	checkCaches(v, s)
	checkHealth(v, s)
	checkSessions(v, s)
	checkDependencies(v, s)
	checkNetwork(v, s)
	checkTimeline(v, s)
}

// soundIn reports whether some keys of every element of a list are good, and the list has
// any: whether it is known what others may refer to.
func soundIn[T any](v decode.Value, list string, all []T, keys ...string) bool {
	for i := range all {
		for _, key := range keys {
			if !v.Sound(fmt.Sprintf("%s[%d].%s", list, i, key)) {
				return false
			}
		}
	}
	return len(all) > 0
}

func checkClasses(v decode.Value, s *Scenario) {
	at := v.At("workload.classes")
	isTrace := s.Workload.Arrivals.Process == "trace"
	switch {
	case !v.Sound("workload") && s.Workload.Classes == nil:
		return // what is there is no list
	case !v.Sound("workload.arrivals.process"):
		return // a trace brings its classes
	case isTrace && at.Present():
		at.FailKey("contradicts process trace, which brings its classes")
		return
	case isTrace:
		return
	case !at.Present():
		at.FailKey("is missing: kinds of requests, such as [{name: read, service: 5ms}]")
		return
	}
	sum := 0.0
	for i, c := range s.Workload.Classes {
		if !v.Sound(fmt.Sprintf("workload.classes[%d].share", i)) {
			return
		}
		sum += c.Share
	}
	if math.Abs(sum-1) > shareTolerance {
		at.Fail("the shares must sum to 100%%, not %.6g%%", sum*100)
	}
	if s.Workload.Arrivals.Load != nil && v.Sound("workload") && !(s.MeanService() > 0) {
		v.At("workload.arrivals.load").Fail("no work is asked for, so there is no load: give a rate")
	}
}

func checkRun(v decode.Value, s *Scenario) {
	r, at := &s.Run, v.Get("run")
	if r.Duration > 0 && r.WarmUp.Cut >= r.Duration && at.Sound("duration", "warmup") {
		quarter := decode.FormatSeconds(r.Duration.Seconds() / 4)
		at.Get("warmup").Fail("must be shorter than the duration, %s: give --warmup %s or --set run.warmup=%s",
			decode.FormatSeconds(r.Duration.Seconds()), quarter, quarter)
	}
	if why := s.changes(); r.WarmUp.Auto && why != "" {
		at.Get("warmup").Fail("auto is meaningless where %s: give a duration, such as 10s, or 0s", why)
	}
	if r.Interval > 0 && r.Duration/r.Interval > 100_000 {
		at.Get("interval").Fail("must be >= %s: the figures over time have at most 100000 steps", decode.FormatSeconds(r.Duration.Seconds()/100_000))
	}
	if !at.Get("warmup").Present() && s.changes() == "" {
		r.WarmUp = WarmUp{Auto: true}
	}
}

// changes says why the scenario has no steady state that begins somewhere, or "".
func (s *Scenario) changes() string {
	switch {
	case len(s.Timeline) > 0:
		return "the timeline changes the world"
	case slices.ContainsFunc(s.Servers, func(g Server) bool { return g.Autoscale != nil }):
		return "an autoscaler changes the number of servers"
	case slices.Contains([]string{"steps", "ramp", "diurnal", "trace"}, s.Workload.Arrivals.Process):
		return "the load changes (" + s.Workload.Arrivals.Process + ")"
	}
	return ""
}

func checkObjectives(v decode.Value, s *Scenario) {
	for i, o := range s.SLO {
		at := v.Get("slo").Index(i)
		if !v.Sound(at.Path) {
			continue
		}
		if o.Class != "" && soundIn(v, "workload.classes", s.Workload.Classes, "name") {
			var classes []string
			for _, c := range s.Workload.Classes {
				classes = append(classes, c.Name)
			}
			if !slices.Contains(classes, o.Class) {
				at.Fail("there is no class %s: %s", o.Class, decode.Suggest(o.Class, classes))
			}
		}
		if o.During != "" && (soundIn(v, "timeline", s.Timeline, "do", "name") || v.Sound("timeline")) {
			var acts []string
			for _, a := range s.Timeline {
				acts = append(acts, a.Title())
			}
			if !slices.Contains(acts, o.During) && !slices.Contains(acts, "") { // "" can't be read
				at.Fail("no act of the timeline is called %s: %s", o.During, decode.Suggest(o.During, acts))
			}
		}
		if o.Rate > 0 && v.Sound("workload.arrivals.process") && !s.Workload.Arrivals.hasRate() {
			at.Fail("at %s: arrivals of process %s have no rate", decode.FormatRate(o.Rate), s.Workload.Arrivals.Process)
		}
	}
}
