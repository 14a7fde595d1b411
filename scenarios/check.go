package scenarios

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/sim"
)

// shareTolerance is how far from 1 the sum of shares may be: thirds written with
// four digits must pass.
const shareTolerance = 1e-3

// checkScenario looks at what the parts say together. Each check asks whether the parts that
// it compares are good by themselves (Sound), so that a mistake hides no other and none is
// reported that only follows from another.
func checkScenario(v decode.Value, s *Scenario) {
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

// checkServers needs not look for equal names: groups have different ones, and what
// follows a server's last dash is its number.
func checkServers(v decode.Value, s *Scenario) {
	total := 0
	for i, group := range s.Servers {
		if total += group.most(); total > maxServers {
			v.Get("servers").Index(i).Get("count").Fail("there must be at most %d servers in all", maxServers)
			return
		}
		if !v.Sound(fmt.Sprintf("servers[%d]", i)) {
			continue
		}
		if group.Autoscale != nil && s.listed(group.Name) && v.Sound("balancer") {
			v.Get("servers").Index(i).Get("autoscale").FailKey("starts servers that are no endpoints: leave balancer.endpoints out to have all servers")
		}
		if at := v.Get("servers").Index(i); group.Discipline == sim.PS && group.Queue != sim.Unlimited {
			at.Get("queue").Fail("has no meaning with discipline: ps, where all requests are in service at once: leave it out")
		}
	}
	if len(s.Balancer.Endpoints) > 0 && v.Sound("balancer.endpoints", "servers") {
		checkEndpoints(v.At("balancer.endpoints"), s)
	}
}

// most is how many servers of a group there may be at once without the timeline's
// doing.
func (g *Server) most() int {
	if g.Autoscale != nil {
		return g.Autoscale.Max
	}
	return g.Count
}

// checkEndpoints wants endpoints and servers to be the same.
func checkEndpoints(at decode.Value, s *Scenario) {
	servers, missing := s.serverNames(), map[string]bool{}
	for _, name := range servers {
		missing[name] = true
	}
	for i, e := range s.Balancer.Endpoints {
		if !missing[e.Name] {
			at.Index(i).Get("name").Fail("no server has this name: %s", decode.Suggest(e.Name, some(servers)))
		}
		delete(missing, e.Name)
	}
	for _, name := range servers {
		if missing[name] {
			at.Fail("the server %s is missing: leave endpoints out to have all servers", name)
			return
		}
	}
}

// some returns the first few of many names.
func some(names []string) []string { return names[:min(len(names), 12)] }

func checkNetwork(v decode.Value, s *Scenario) {
	if n := len(s.Network.Frontends); n > s.Balancer.Frontends && v.Sound("network.frontends", "balancer.frontends") {
		v.At("network.frontends").Fail("must be at most as many as balancer.frontends: %d, not %d", s.Balancer.Frontends, n)
	}
	if !s.knowsZones(v) || !v.Sound("network.latency") {
		return
	}
	zones := s.zones()
	for i, p := range s.Network.Latency.Pairs {
		for j, zone := range p.Zones {
			if !slices.Contains(zones, zone) {
				v.At("network.latency.pairs").Index(i).Get("zones").Index(j).Fail("nothing is in this zone: %s", decode.Suggest(zone, zones))
			}
		}
	}
}

// checkAlgorithm refuses an algorithm that needs what the workload has not.
func checkAlgorithm(v decode.Value, s *Scenario) {
	if !v.Sound("balancer.algorithm") {
		return
	}
	l4 := s.Balancer.Layer == balancer.L4 && v.Sound("balancer.layer")
	if l4 && len(s.Balancer.Routes) > 0 {
		v.At("balancer.routes").FailKey("contradicts layer: l4, where balancers see connections and no requests")
	}
	for _, p := range s.Balancer.All() {
		for _, x := range []struct {
			key   string
			given bool
		}{{"retries", p.Retries != nil}, {"limits", p.Limits != nil}, {"hedge", p.Hedge != nil}} {
			if path := poolPath(v, s, p.Name, x.key); l4 && x.given && v.Sound(path) {
				v.At(path).FailKey("contradicts layer: l4, where balancers see connections and no requests")
			}
		}
		path := poolPath(v, s, p.Name, "algorithm")
		if p.Algorithm.Spec != nil && v.Sound(path, "workload.arrivals", "workload.keys", "workload.clients") {
			s.checkNeeds(v.At(path), p.Algorithm.Spec)
		}
		path = poolPath(v, s, p.Name, "limits")
		if p.Limits != nil && v.Sound(path) {
			s.checkRates(v.At(path), p.Limits.Rates)
		}
	}
	for i := range s.Balancer.Routes {
		if at := v.At("balancer.routes").Index(i); v.Sound(at.Path) {
			s.checkRates(at.Get("limits"), s.Balancer.Routes[i].Limits.Rates)
		}
	}
	checkCopies(v, s)
}

// checkNeeds reports what an algorithm needs and the workload has not.
func (s *Scenario) checkNeeds(at decode.Value, spec *algorithms.Spec) {
	if spec.NeedsKey && s.Workload.Keys == nil && s.Workload.Arrivals.Process != "trace" {
		at.Fail("%s chooses by key: the scenario needs workload.keys", spec.Name)
	}
	if spec.NeedsClient && s.Workload.Clients == nil && s.Workload.Arrivals.Open() {
		at.Fail("%s chooses by the client's address: the scenario needs workload.clients", spec.Name)
	}
}

// checkRates refuses rate limits that can't be held.
func (s *Scenario) checkRates(limits decode.Value, rates []config.Rate) {
	for i, rate := range rates {
		if rate.PerClient && s.Workload.Clients == nil {
			limits.Get("rates").Index(i).Get("per").Fail("tells clients apart by their address: the scenario needs workload.clients")
		}
	}
}

// checkCopies refuses to say what further attempts need where there are none.
func checkCopies(v decode.Value, s *Scenario) {
	for i, c := range s.Workload.Classes {
		at := v.At("workload.classes").Index(i).Get("copies")
		tries := func(p config.Pool) bool { return p.Retries != nil || p.Hedge != nil }
		if again := slices.ContainsFunc(s.Balancer.All(), tries) || s.Workload.Clients != nil && s.Workload.Clients.Retries != nil; !again &&
			c.Copies == sim.Independent && v.Sound("balancer.retries", "balancer.hedge", "balancer.pools", "workload.clients", at.Path) {
			at.FailKey("independent says what further attempts need, and there are none: give balancer.retries, balancer.hedge or workload.clients.retries")
		}
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

// serverName is the name of a group's i-th server, from 1.
func serverName(group string, i int) string { return fmt.Sprintf("%s-%d", group, i) }

// groupOf is the group of a server by its name: what stands before its number.
func groupOf(server string) string {
	return server[:max(strings.LastIndexByte(server, '-'), 0)]
}

// serverNames returns the servers at the beginning to which clients' requests go, in order.
func (s *Scenario) serverNames() []string {
	var names []string
	for _, group := range s.Servers {
		if s.caller(group.Name) != nil {
			continue
		}
		for i := range group.Count {
			names = append(names, serverName(group.Name, i+1))
		}
	}
	return names
}

// knowsZones reports whether all that is said of zones is good.
func (s *Scenario) knowsZones(v decode.Value) bool {
	return soundIn(v, "servers", s.Servers, "zone") && v.Sound("network.frontends")
}

// zones returns every zone, in the order in which the scenario names them.
func (s *Scenario) zones() []string {
	var zones []string
	add := func(zone string) {
		if !slices.Contains(zones, zone) {
			zones = append(zones, zone)
		}
	}
	for _, group := range s.Servers {
		add(group.Zone)
	}
	for _, zone := range s.Network.Frontends {
		add(zone)
	}
	return zones
}
