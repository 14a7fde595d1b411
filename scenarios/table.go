package scenarios

import (
	"strings"
	"time"

	"lbsim/balancer"
	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/sim"
)

// Version is the version of the language.
const Version = 1

// Table describes the language.
func Table() decode.Object[Scenario] {
	return decode.Object[Scenario]{
		Doc: "An experiment: a workload, servers, a balancer between them, and what happens when.",
		Fields: []decode.Field[Scenario]{
			decode.Required("name", decode.Name, func(s *Scenario) *string { return &s.Name }, "The scenario's name."),
			decode.Optional("description", decode.Text, func(s *Scenario) *string { return &s.Description }, "What it teaches, what to look for and what to try."),
			decode.Required("workload", workload(), func(s *Scenario) *Workload { return &s.Workload }, "What is asked of the servers."),
			decode.Required("servers", decode.List[Server]{Of: server(), Min: 1, Max: 10_000, Name: func(s *Server) string { return s.Name }},
				func(s *Scenario) *[]Server { return &s.Servers }, "Groups of equal servers."),
			decode.Section("network", network(), func(s *Scenario) *Network { return &s.Network }, "How far things are apart."),
			decode.Required("balancer", config.Table(), func(s *Scenario) *config.Balancer { return &s.Balancer }, "The balancer, or the file that describes it: ./lb.yaml."),
			decode.Default("timeline", decode.List[Act]{Of: act(), Max: 10_000}, func(s *Scenario) *[]Act { return &s.Timeline }, nil, "Changes of the world, in order of time."),
			decode.Required("run", run(), func(s *Scenario) *Run { return &s.Run }, "How long and how often."),
			decode.Default("slo", config.Objectives, func(s *Scenario) *[]config.Objective { return &s.SLO }, nil, "Objectives: p99 < 250ms, p95{class=read} < 20ms at 400/s, error_ratio < 0.1%."),
		},
		Survey: checkScenario,
	}
}

func workload() decode.Object[Workload] {
	return decode.Object[Workload]{
		Name: "workload", Doc: "What is asked of the servers.",
		Fields: []decode.Field[Workload]{
			decode.Required("arrivals", arrivals(), func(w *Workload) *Arrivals { return &w.Arrivals }, "When requests come."),
			decode.Optional("classes", decode.List[Class]{Of: class(), Min: 1, Max: 255, Name: func(c *Class) string { return c.Name }},
				func(w *Workload) *[]Class { return &w.Classes }, "Kinds of requests; their shares sum to 1. A trace brings its own."),
			decode.Optional("keys", decode.Pointer[Keys]{To: keys()}, func(w *Workload) **Keys { return &w.Keys }, "Which key a request asks for; algorithms that hash want it."),
			decode.Optional("clients", decode.Pointer[Clients]{To: clients()}, func(w *Workload) **Clients { return &w.Clients }, "Who sends requests and how long they wait."),
			decode.Optional("sessions", decode.Pointer[Sessions]{To: sessions()}, func(w *Workload) **Sessions { return &w.Sessions }, "Which requests of a client belong together; left out: each stands for itself."),
		},
	}
}

func class() decode.Object[Class] {
	return decode.Object[Class]{
		Name: "class", Doc: "A kind of request.",
		Fields: []decode.Field[Class]{
			decode.Required("name", decode.Name, func(c *Class) *string { return &c.Name }, "Its name."),
			decode.Default("share", decode.Share.That(decode.Above(0.0, "0"), decode.AtMost(1.0, "100%")), func(c *Class) *float64 { return &c.Share }, 1, "Its share of all requests."),
			decode.Required("service", distribution(), func(c *Class) *Distribution { return &c.Service }, "How long a server of speed 1 works on a request."),
			decode.Default("method", methods, func(c *Class) *string { return &c.Method }, "GET", "The HTTP method."),
			decode.Default("needs", decode.Type[Needs](needs{}), func(c *Class) *Needs { return &c.Needs }, Needs{All: true}, "Of what its server depends on, that without which a request fails: all, none, a name or a list of names."),
			decode.Default("priority", priorities, func(c *Class) *Priority { return &c.Priority }, balancer.Ordinary, "How much it matters to balancer.limits and to servers whose discipline it is."),
			decode.Default("copies", copies, func(c *Class) *sim.Copies { return &c.Copies }, sim.Same, "What an attempt after the first needs: the same, or independent, drawn anew."),
			decode.Optional("host", decode.Text, func(c *Class) *string { return &c.Host }, "The host that is asked, for routes."),
			decode.Default("path", pathText, func(c *Class) *string { return &c.Path }, "/", "The path that is asked for, for routes."),
			decode.Optional("headers", config.Headers(), func(c *Class) *[]config.Header { return &c.Headers }, "Headers with their values, for routes: {x-canary: always}."),
		},
	}
}

var copies = decode.Words[sim.Copies]{Known: []decode.Word[sim.Copies]{{Name: "same", Value: sim.Same}, {Name: "independent", Value: sim.Independent}}}
var pathText = decode.Text.That(decode.Rule[string]{Text: "a path that begins with /", Holds: func(s string) bool { return strings.HasPrefix(s, "/") }})

var methods = decode.Words[string]{Known: []decode.Word[string]{
	{Name: "GET", Value: "GET"}, {Name: "HEAD", Value: "HEAD"}, {Name: "POST", Value: "POST"}, {Name: "PUT", Value: "PUT"},
	{Name: "PATCH", Value: "PATCH"}, {Name: "DELETE", Value: "DELETE"}, {Name: "OPTIONS", Value: "OPTIONS"},
}}

// Priority is how much a class matters.
type Priority = balancer.Priority

var priorities = decode.Words[Priority]{Known: []decode.Word[Priority]{
	{Name: balancer.Critical.String(), Value: balancer.Critical}, {Name: balancer.Ordinary.String(), Value: balancer.Ordinary},
	{Name: balancer.Sheddable.String(), Value: balancer.Sheddable}}}

// Discipline is the order of service.
type Discipline = sim.Discipline

var disciplines = decode.Words[Discipline]{Known: []decode.Word[Discipline]{
	{Name: "fifo", Value: sim.FIFO}, {Name: "ps", Value: sim.PS},
	{Name: "priority", Value: sim.ByPriority}, {Name: "priority_preemptive", Value: sim.PriorityPreemptive}}}

func server() decode.Object[Server] {
	some := decode.Number.That(decode.Above(0.0, "0"), decode.AtMost(1e6, "1000000"))
	return decode.Object[Server]{
		Name: "server", Doc: "A group of equal servers.",
		Fields: []decode.Field[Server]{
			decode.Required("name", decode.Name, func(s *Server) *string { return &s.Name }, "The group's name; its servers are name-1, name-2 and so on."),
			decode.Default("count", decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(maxServers, "1000000")), func(s *Server) *int { return &s.Count }, 1, "How many."),
			decode.Default("workers", decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(1_000_000, "1000000")), func(s *Server) *int { return &s.Workers }, 1, "How many requests each works on at once."),
			decode.Default("queue", unlimitedOr(decode.Count.That(decode.AtLeast(0, "0")), sim.Unlimited), func(s *Server) *int { return &s.Queue }, sim.Unlimited, "How many requests may wait; unlimited. One more is rejected."),
			decode.Default("discipline", disciplines, func(s *Server) *Discipline { return &s.Discipline }, sim.FIFO, "fifo serves in order of arrival; ps (processor sharing) serves all at once, each more slowly; priority serves the class of the highest priority first; priority_preemptive also interrupts others for it, which go on later."),
			decode.Default("speed", some, func(s *Server) *float64 { return &s.Speed }, 1, "A request that needs d takes d/speed."),
			decode.Default("weight", some, func(s *Server) *float64 { return &s.Weight }, 1, "What the balancer is told about its strength."),
			decode.Default("zone", decode.Name, func(s *Server) *string { return &s.Zone }, "a", "Where it is."),
			decode.Optional("priority", decode.Count.That(decode.AtLeast(0, "0"), decode.AtMost(100, "100")), func(s *Server) *int { return &s.Priority },
				"Its level: servers of 1 get requests where those of 0 are not well enough, and so on; see balancer.overprovisioning."),
			decode.Optional("cache", decode.Pointer[Cache]{To: cacheTable()}, func(s *Server) **Cache { return &s.Cache }, "A cache over keys, one for each server."),
			decode.Default("cpu_share", decode.Share.That(decode.Above(0.0, "0%"), decode.AtMost(1.0, "100%")), func(s *Server) *float64 { return &s.CPUShare }, 1, "In which share of the time that a worker works on a request it burns CPU; the rest it waits, for a database or a disk. What an autoscaler sees."),
			decode.Optional("autoscale", decode.Pointer[Autoscale]{To: autoscaleTable()}, func(s *Server) **Autoscale { return &s.Autoscale }, "How the number of servers follows the load."),
			decode.Optional("cost_per_hour", decode.Number.That(decode.Above(0.0, "0"), decode.AtMost(1e9, "1e9")), func(s *Server) *float64 { return &s.HourPrice }, "What a server costs an hour, in whatever currency."),
			decode.Optional("depends_on", decode.List[string]{Of: decode.Name, Min: 1}, func(s *Server) *[]string { return &s.DependsOn }, "What it needs beside itself, such as a database: dependency_down takes it away."),
			decode.Optional("sessions", decode.Pointer[SessionStore]{To: sessionStore()}, func(s *Server) **SessionStore { return &s.Sessions }, "Where it keeps the state of sessions; left out: in memory."),
			decode.Default("start_up", instant, func(s *Server) *time.Duration { return &s.StartUp }, 0, "From its start until it takes requests. Servers of the beginning have started."),
			decode.Optional("warm_up", decode.Pointer[Warming]{To: warming}, func(s *Server) **Warming { return &s.WarmUp }, "How it gets faster after its start. Servers of the beginning are warm."),
			decode.Optional("health", decode.Pointer[CheckWork]{To: checkWork()}, func(s *Server) **CheckWork { return &s.Health }, "What a health check (balancer.health.active) asks of it; left out: nothing, as where checks have a port, a thread or a process of their own."),
			decode.Optional("match", decode.Type[[]string](endpointPatterns), func(s *Server) *[]string { return &s.Match }, "Which of the balancer's endpoints its servers are, by name or address: \"10.0.0.*\", or a list of such patterns; those of a group above are not taken. Their names, weights and, where they say them, zones are the endpoints'."),
			decode.Optional("calls", decode.Pointer[Calls]{To: callsTable()}, func(s *Server) **Calls { return &s.Calls }, "Another group that it calls for each request."),
		},
		Check: checkCount,
	}
}

var (
	span    = decode.Duration.That(decode.Above(time.Duration(0), "0"))
	instant = decode.Duration.That(decode.AtLeast(time.Duration(0), "0"))
)

// maxServers bounds the servers of a scenario, those added later included.
const maxServers = 1_000_000

// unlimitedOr is a Type with the word unlimited beside it.
func unlimitedOr[T comparable](t decode.Type[T], unlimited T) decode.Type[T] {
	return decode.WordOr[T]{Word: "unlimited", Means: unlimited, Else: t}
}

func network() decode.Object[Network] {
	return decode.Object[Network]{
		Name: "network", Doc: "How far things are apart.",
		Fields: []decode.Field[Network]{
			decode.Default("latency", latency(), func(n *Network) *Latency { return &n.Latency }, Latency{}, "Time of one way between a frontend and a server: 500us, or {within: 100us, between: 1ms}."),
			decode.Optional("frontends", decode.List[string]{Of: decode.Name, Min: 1}, func(n *Network) *[]string { return &n.Frontends }, "The zones of the frontends, taken in turn; left out: the first server's zone."),
			decode.Default("discovery", discovery(), func(n *Network) *Discovery { return &n.Discovery }, Discovery{}, "How balancers hear of servers that come and go: a delay, or {delay: 2s, announces: started}."),
		},
	}
}

func latency() decode.Type[Latency] {
	pair := decode.Object[Pair]{
		Doc: "The latency between two zones, both ways.",
		Fields: []decode.Field[Pair]{
			decode.Required("zones", decode.List[string]{Of: decode.Name, Min: 2, Max: 2}, func(p *Pair) *[]string { return &p.Zones }, "The two zones."),
			decode.Required("latency", instant, func(p *Pair) *time.Duration { return &p.Latency }, "Time of one way."),
		},
	}
	return decode.Short[Latency, time.Duration]{
		As:   instant,
		Make: func(d time.Duration) Latency { return Latency{Within: d, Between: d} },
		Back: func(l Latency) (time.Duration, bool) { return l.Within, l.Within == l.Between && l.Pairs == nil },
		Full: decode.Object[Latency]{
			Name: "latency", Doc: "Time of one way.",
			Fields: []decode.Field[Latency]{
				decode.Default("within", instant, func(l *Latency) *time.Duration { return &l.Within }, 0, "Within a zone."),
				decode.Default("between", instant, func(l *Latency) *time.Duration { return &l.Between }, 0, "From one zone to another."),
				decode.Optional("pairs", decode.List[Pair]{Of: pair, Min: 1}, func(l *Latency) *[]Pair { return &l.Pairs }, "Zones for which it is different."),
			},
		},
	}
}

// Unlimited is a drain without an end.
const Unlimited time.Duration = -1

func run() decode.Object[Run] {
	return decode.Object[Run]{
		Name: "run", Doc: "How long and how often.",
		Fields: []decode.Field[Run]{
			decode.Optional("duration", span, func(r *Run) *time.Duration { return &r.Duration }, "How long requests arrive."),
			decode.Optional("requests", decode.Count.That(decode.AtLeast(1, "1")), func(r *Run) *int { return &r.Requests }, "How many requests arrive."),
			decode.Derived("warmup", warmUp{}, func(r *Run) *WarmUp { return &r.WarmUp }, "How much of the beginning is not measured; auto finds it by pilot runs. Left out: auto, or nothing where the load or the world changes."),
			decode.Default("replications", decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(100_000, "100000")), func(r *Run) *int { return &r.Replications }, 20, "How many independent runs."),
			decode.Default("seed", decode.Seed, func(r *Run) *uint64 { return &r.Seed }, 1, "What all chance begins with."),
			decode.Optional("interval", span, func(r *Run) *time.Duration { return &r.Interval }, "Step of the figures over time; left out: a round one that gives at most 600 steps."),
			decode.Default("drain", unlimitedOr(instant, Unlimited), func(r *Run) *time.Duration { return &r.Drain }, Unlimited, "How long requests may go on after the last has arrived; unlimited."),
		},
		Groups: []decode.Group{decode.OneOf("duration", "requests")},
	}
}

// warmUp reads a duration or the word auto.
type warmUp struct{}

var autoOr = decode.WordOr[time.Duration]{Word: "auto", Means: -1, Else: instant}

func (warmUp) Read(v decode.Value) (WarmUp, bool) {
	d, ok := autoOr.Read(v)
	if d == -1 {
		return WarmUp{Auto: true}, ok
	}
	return WarmUp{Cut: d}, ok
}

func (warmUp) Write(w WarmUp) any {
	if w.Auto {
		return "auto"
	}
	return autoOr.Write(w.Cut)
}

func (warmUp) Schema(d *decode.Defs) decode.Schema { return autoOr.Schema(d) }
