package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random"
	"lbsim/sim/cache"
	"lbsim/workloads"
)

type fingerprintWorld struct {
	name   string
	model  *Model
	later  bool // hashed with what results gained since the first fingerprints
	series bool // hashed with what its timeline keeps apart
	lives  bool // hashed with who was there when
	saved  bool // and with the requests that retries saved
}

// fingerprintWorlds are short runs that together use every algorithm, law,
// arrival process and part of the world.
func fingerprintWorlds(t *testing.T) []fingerprintWorld {
	var all []fingerprintWorld
	add := func(name string, m *Model) { all = append(all, fingerprintWorld{name: name, model: m}) }
	for _, text := range everyAlgorithm(t) {
		add("algorithm "+text, town(t, text))
	}
	for _, name := range workloads.DistributionNames() {
		m := farm(5, "least_connections")
		m.Requests, m.WarmUp = 1500, clock.FromSeconds(3)
		m.Classes[0].Service = law(t, name)
		add("service "+name, m)
	}
	for _, name := range workloads.ArrivalNames() {
		m := farm(5, "power_of_two")
		m.Requests = 1500
		arriveBy(t, m, name)
		add("arrivals "+name, m)
	}
	for _, x := range []struct {
		name   string
		change func(m *Model)
	}{
		{"layer 4", func(m *Model) { m.Balancer.Layer = balancer.L4 }},
		{"affinity", func(m *Model) {
			m.Balancer.Pools[0].Affinity = &balancer.Affinity{Cookie: "LB", TTL: 300 * time.Millisecond}
		}},
		{"abandoning clients", func(m *Model) { m.Clients.OnTimeout = workloads.Abandon }},
		{"no network", func(m *Model) { m.Network = Network{} }},
		{"hot keys", func(m *Model) { m.Keys = must(workloads.NewHotKeys(1000, 3, 0.4)) }},
		{"caches", giveCaches},
	} {
		for _, text := range []string{"least_connections", "ring_hash"} {
			m := town(t, text)
			x.change(m)
			add(x.name+" "+text, m)
		}
	}
	for _, text := range []string{"least_connections", "peak_ewma", "prequal"} {
		all = append(all, fingerprintWorld{name: "scaled " + text, model: scaledTown(t, text), later: true, series: true, lives: true})
	}
	return append(all, brokenWorlds(t)...)
}

// brokenWorlds are towns whose servers break, with and without what balancers have
// against that.
func brokenWorlds(t *testing.T) []fingerprintWorld {
	var all []fingerprintWorld
	for _, x := range []struct {
		name   string
		change func(m *Model)
	}{
		{"faults", func(m *Model) {}},
		{"faults abandoning clients", func(m *Model) { m.Clients.OnTimeout = workloads.Abandon }},
		{"faults layer 4", func(m *Model) { m.Balancer.Layer = balancer.L4 }},
		{"resilience", resist},
		{"resilience abandoning clients", func(m *Model) { resist(m); m.Clients.OnTimeout = workloads.Abandon }},
		{"resilience layer 4", func(m *Model) { resist(m); m.Balancer.Layer = balancer.L4 }},
		{"checks at work", func(m *Model) {
			resist(m)
			m.Servers[1].Cache = &Cache{Capacity: 20, Penalty: must(workloads.NewExponential(0.008))}
			checkAtWork(m, must(workloads.NewExponential(0.004)), balancer.Ordinary)
		}},
		{"limits", func(m *Model) { resist(m); limit(m) }},
		{"limits no network", func(m *Model) { resist(m); limit(m); m.Network = Network{} }},
		{"limits abandoning clients", func(m *Model) { resist(m); limit(m); m.Clients.OnTimeout = workloads.Abandon }},
		{"priorities", func(m *Model) { resist(m); rankServers(m, ByPriority) }},
		{"preemption", func(m *Model) { resist(m); rankServers(m, PriorityPreemptive) }},
		{"preemption abandoning clients", func(m *Model) {
			resist(m)
			rankServers(m, PriorityPreemptive)
			m.Clients.OnTimeout = workloads.Abandon
		}},
		{"hedges", func(m *Model) { resist(m); hedge(m) }},
		{"hedges abandoning clients", func(m *Model) { resist(m); hedge(m); m.Clients.OnTimeout = workloads.Abandon }},
		{"hedges and limits", func(m *Model) { resist(m); limit(m); hedge(m) }},
		{"redundancy no network", func(m *Model) {
			m.Balancer.Pools[0].Hedges = &balancer.Hedges{Attempts: 3}
			m.Network = Network{}
		}},
		{"resilience no network", func(m *Model) { resist(m); m.Network = Network{} }},
		{"calls", func(m *Model) { resist(m); callOthers(m) }},
		{"calls abandoning clients", func(m *Model) { resist(m); callOthers(m); m.Clients.OnTimeout = workloads.Abandon }},
		{"calls and hedges no network", func(m *Model) { resist(m); callOthers(m); hedge(m); m.Network = Network{} }},
		{"resilience series", resist},
		{"pools", splitUp},
		{"zones lost", loseZones},
		{"localities", func(m *Model) { resist(m); localize(m) }},
		{"resilience affinity", func(m *Model) {
			resist(m)
			m.Balancer.Pools[0].Affinity = &balancer.Affinity{Cookie: "LB", TTL: 300 * time.Millisecond}
		}},
	} {
		for _, text := range []string{"least_connections", "peak_ewma", "prequal"} {
			m := town(t, text)
			breakTown(m)
			x.change(m)
			all = append(all, fingerprintWorld{name: x.name + " " + text, model: m, later: true, series: x.name == "resilience series"})
		}
	}
	for _, text := range []string{"least_connections", "ring_hash"} {
		m := town(t, text)
		breakTown(m)
		persist(t, m)
		all = append(all, fingerprintWorld{name: "persistence " + text, model: m, later: true, series: true, saved: true})
	}
	return all
}

// persist lets a town's clients try again by themselves, a server be flaky, the rate of
// requests change, and balancers be configured from nothing to everything and to
// another algorithm.
func persist(t *testing.T, m *Model) {
	m.Clients.Patience, m.Clients.OnTimeout = nil, workloads.Abandon
	m.Clients.Retries = &workloads.ClientRetries{Attempts: 4, Rejected: true, Failed: true, TimedOut: true, Backoff: must(workloads.NewExponential(0.03)), Deadline: 0.3}
	other := func(algorithm string, change func(m *Model)) *balancer.Config {
		x := town(t, algorithm)
		change(x)
		return &x.Balancer
	}
	at := func(s float64, a Act) Act { a.At = clock.FromSeconds(s); return a }
	m.Acts = append(m.Acts,
		at(1.31, Act{Kind: Configure, Balancer: other("join_idle_queue", resist)}),
		at(1.33, Act{Kind: Rate, Factor: 0.5}),
		at(1.35, Act{Kind: Flaky, Servers: []int{1, 2}, Ratio: 0.5, Status: 503}),
		at(1.39, Act{Kind: Configure, Balancer: other("maglev", resist), Anew: true}),
		at(1.42, Act{Kind: Rate, Factor: 1.5}),
		at(1.45, Act{Kind: Configure, Balancer: other("prequal", func(m *Model) {
			m.Balancer.Pools[0].Affinity = &balancer.Affinity{Cookie: "LB"}
		})}))
}

// hedge lets a balancer send copies of what may be repeated and takes long.
func hedge(m *Model) {
	m.Balancer.Pools[0].Hedges = &balancer.Hedges{Attempts: 3, Delay: 8 * time.Millisecond,
		Budget: &balancer.Budget{Kind: balancer.TokenBucket, Ratio: 0.3, MinRate: 20, TTL: 100 * time.Millisecond}}
	for i := range m.Classes {
		m.Classes[i].Copies = Copies(i % 2)
	}
}

// splitUp gives a town a second pool, of every other server, to which a third of the
// requests and a copy of some of the rest go.
func splitUp(m *Model) {
	resist(m)
	second := m.Balancer.Pools[0]
	second.Name = "second"
	m.Balancer.Pools = append(m.Balancer.Pools, second)
	for i := range m.Servers {
		m.Servers[i].Pool = balancer.PoolID(i % 2)
	}
	m.Balancer.Routes = []balancer.Route{{Name: "all", Branches: []balancer.Branch{{Pool: 0, Share: 2. / 3}, {Pool: 1, Share: 1. / 3}},
		Mirror: &balancer.Mirror{Pool: 1, Ratio: 0.2}}}
}

// loseZones parts a town's zones, silently and not, and loses one of them, then both.
func loseZones(m *Model) {
	resist(m)
	at := func(s float64, kind ActKind, zone int, servers ...int) Act {
		return Act{At: clock.FromSeconds(s), Kind: kind, Zone: zone, From: 1 - zone, Servers: servers, Silent: s > 0.5}
	}
	m.Acts = []Act{at(0.3, Partition, 0), at(0.4, RestoreZone, 1, 1, 2, 4), at(0.5, LoseZone, 1, 1, 2, 4), at(0.6, LoseZone, 0, 0, 3, 5),
		at(0.65, RestoreZone, 0, 0, 3, 5), at(0.8, RestoreZone, 1, 1, 2, 4), at(0.9, Partition, 0), at(1.2, RestoreZone, 0)}
}

// resist gives a balancer everything that there is against failures.
func resist(m *Model) {
	pool := &m.Balancer.Pools[0]
	pool.Health = &balancer.HealthCheck{Interval: 40 * time.Millisecond, Timeout: 20 * time.Millisecond, Healthy: 1, Unhealthy: 2, Jitter: 0.2}
	pool.Outliers = &balancer.OutlierDetection{ConsecutiveFailures: 3, Interval: 50 * time.Millisecond, EjectionTime: 100 * time.Millisecond,
		MaxEjectionTime: time.Second, MaxEjected: 0.5, SuccessRate: &balancer.SuccessRate{Hosts: 3, Requests: 5, Factor: 1.5}}
	pool.Retries = &balancer.Retries{Attempts: 3, ConnectFailure: true, Reset: true, Timeout: true, Statuses: []int{500, 503},
		PerTry: 40 * time.Millisecond, Backoff: 5 * time.Millisecond, MaxBackoff: 20 * time.Millisecond,
		Budget: &balancer.Budget{Kind: balancer.TokenBucket, Ratio: 0.3, MinRate: 20, TTL: 100 * time.Millisecond}}
	pool.PanicBelow = 0.4
}

// limit gives a balancer limits of every kind, so tight that all of them act.
func limit(m *Model) {
	m.Classes[0].Priority, m.Classes[1].Priority = balancer.Critical, balancer.Sheddable
	m.Balancer.Pools[0].Limits = &balancer.Limits{
		Rates: []balancer.RateLimit{
			{Tokens: 5, Per: time.Second, Burst: 2, PerClient: true, Clients: 100},
			{Tokens: 600, Per: time.Second, Burst: 20, Rule: balancer.LeakyBucket, Delay: 10},
		},
		Requests: 20, PerEndpoint: 3, Retries: 4,
		Adaptive: &balancer.Gradient{Interval: 20 * time.Millisecond, MinInterval: 300 * time.Millisecond, Jitter: 0.15, Samples: 10, Buffer: 0.25, Min: 3, Max: 40},
		Queue:    &balancer.WaitQueue{Size: 5, Timeout: 10 * time.Millisecond},
		Shedding: &balancer.Shedding{Default: 0.8, Sheddable: 0.6},
	}
}

// rankServers lets servers serve by priority.
func rankServers(m *Model, d Discipline) {
	m.Classes[0].Priority = balancer.Critical
	for i := range m.Servers {
		if m.Servers[i].Discipline == FIFO {
			m.Servers[i].Discipline = d
		}
	}
}

// breakTown lets servers of a town crash, hang and err.
func breakTown(m *Model) {
	at := func(s float64, kind ActKind, servers ...int) Act {
		return Act{At: clock.FromSeconds(s), Kind: kind, Servers: servers, Ratio: 0.4, Status: 500}
	}
	m.Acts = []Act{at(0.3, Crash, 0), at(0.4, Hang, 3), at(0.5, Errors, 2), at(0.6, Restore, 0), at(0.7, Hang, 1, 3),
		at(0.8, Crash, 3), at(0.9, Restore, 1, 2, 3), at(1.1, Errors, 4), at(1.3, Crash, 5)}
}

// town is a world with a bit of everything: unequal servers of both disciplines,
// bounded queues, two zones, two frontends, classes, keys, impatient and roaming
// clients, some behind NAT, and a timeline that slows, restores, adds and removes.
func town(t *testing.T, algorithm string) *Model {
	choice, err := algorithms.Parse(algorithm)
	if err != nil {
		t.Fatal(err)
	}
	m := &Model{
		Arrivals: func() workloads.Process { return must(workloads.NewPoisson(1400)) },
		Classes: []Class{
			{Name: "read", Share: 0.8, Service: must(workloads.NewExponential(0.006)), Method: "GET"},
			{Name: "report", Share: 0.2, Service: must(workloads.NewLognormal(0.026, 2)), Method: "POST"},
		},
		Keys:    must(workloads.NewZipf(1000, 1.1)),
		Clients: &workloads.Clients{Count: 300, Connections: 2, RequestsPerConnection: 7, Timeout: 0.06, Roam: 0.7, NATClients: 30, NATShare: 0.3},
		Network: Network{Zones: []string{"a", "b"}, Frontends: []int{0, 1},
			OneWay: [][]time.Duration{{100 * time.Microsecond, 1300 * time.Microsecond}, {1300 * time.Microsecond, 0}}},
		Acts: []Act{
			{At: clock.FromSeconds(0.4), Kind: Slow, Servers: []int{1, 3}, Factor: 4},
			{At: clock.FromSeconds(0.8), Kind: Restore, Servers: []int{1, 3}},
			{At: clock.FromSeconds(1), Kind: Add, Add: []Server{{Name: "new-1", Workers: 2, Queue: 5, Speed: 1, Weight: 2}}},
			{At: clock.FromSeconds(1.2), Kind: Remove, Servers: []int{4}},
		},
		Balancer:  balancer.Config{Pools: []balancer.PoolConfig{{Name: "servers", Algorithm: choice}}},
		Frontends: 2,
		Horizon:   clock.FromSeconds(1.5),
		WarmUp:    clock.FromSeconds(0.2),
		Drain:     5 * time.Millisecond,
		Interval:  250 * time.Millisecond,
	}
	m.Clients.Patience = must(workloads.NewExponential(0.1))
	m.Servers = []Server{
		{Name: "large-1", Workers: 4, Queue: Unlimited, Speed: 2, Weight: 4},
		{Name: "medium-1", Workers: 2, Queue: 3, Speed: 1, Weight: 2, Zone: 1},
		{Name: "medium-2", Workers: 2, Queue: 3, Speed: 1, Weight: 2, Zone: 1},
		{Name: "shared-1", Workers: 2, Queue: Unlimited, Discipline: PS, Speed: 1.5, Weight: 3},
		{Name: "small-1", Workers: 1, Queue: 1, Speed: 0.7, Weight: 1, Zone: 1},
		{Name: "small-2", Workers: 1, Queue: 1, Speed: 0.7, Weight: 0.5},
	}
	return m
}

// giveCaches gives most servers caches of all policies, and lets one of them leave and
// come back empty.
func giveCaches(m *Model) {
	for i, policy := range []cache.Policy{cache.LRU, cache.FIFO, cache.Random, cache.LRU} {
		m.Servers[i].Cache = &Cache{Capacity: 20 + 10*i, Policy: policy, Penalty: must(workloads.NewExponential(0.008))}
	}
	m.Acts = append(m.Acts,
		Act{At: clock.FromSeconds(1.25), Kind: Leave, Servers: []int{0}},
		Act{At: clock.FromSeconds(1.3), Kind: Return, Servers: []int{0}})
}

// everyAlgorithm returns each algorithm with its defaults and with each word and
// truth value of each parameter.
func everyAlgorithm(t *testing.T) []string {
	texts := []string{"power_of_two:choices=4,left=true", "power_of_two:choices=3,metric=peak_ewma",
		"weighted_round_robin:schedule=edf,ties=original", "prequal:pool=4,probe_rate=0.5,remove_rate=0.25", "least_response_time:cold=mean,step=1ms"}
	for _, s := range algorithms.All() {
		texts = append(texts, s.Name)
		for _, p := range s.Params {
			words := p.Words
			if p.Type == algorithms.Bool {
				words = []string{"true", "false"}
			}
			for _, w := range words {
				if w == p.Default {
					continue
				}
				text := fmt.Sprintf("%s:%s=%s", s.Name, p.Name, w)
				choice, err := algorithms.Parse(text)
				if err != nil {
					t.Fatal(err)
				}
				// Some parameters need another one beside them, as in the list above.
				if _, err := choice.New(random.New(1, "", 0)); err == nil {
					texts = append(texts, text)
				}
			}
		}
	}
	return texts
}

func law(t *testing.T, name string) workloads.Distribution {
	switch name {
	case "constant":
		return must(workloads.NewConstant(0.9))
	case "exponential":
		return must(workloads.NewExponential(0.9))
	case "uniform":
		return must(workloads.UniformByCV(0.9, 0.4))
	case "erlang":
		return must(workloads.NewErlang(0.9, 3))
	case "gamma":
		return must(workloads.GammaByCV(0.9, 1.7))
	case "hyperexponential":
		return must(workloads.HyperexponentialByCV(0.9, 2))
	case "lognormal":
		return must(workloads.NewLognormal(0.9, 1.5))
	case "weibull":
		return must(workloads.WeibullByCV(0.9, 0.7))
	case "pareto":
		return must(workloads.ParetoByRatio(0.9, 1.5, 1e4))
	case "bimodal":
		return must(workloads.NewBimodal(0.5, 4.5, 0.1))
	case "empirical":
		return must(workloads.NewEmpirical([]float64{0.3, 0.8, 2.1}, []float64{3, 4, 1}))
	}
	t.Fatalf("distribution %s has no fingerprint yet", name)
	return nil
}

// arriveBy replaces a model's arrivals.
func arriveBy(t *testing.T, m *Model, name string) {
	process := func() (p workloads.Process, err error) {
		switch name {
		case "poisson":
			return workloads.NewPoisson(4)
		case "constant":
			return workloads.NewRegular(4)
		case "renewal":
			return workloads.NewRenewal(must(workloads.GammaByCV(0.25, 2)))
		case "bursts":
			return workloads.NewBursts([]workloads.BurstPhase{{Rate: 2, Mean: 30}, {Rate: 12, Mean: 5}})
		case "steps":
			return workloads.NewSteps([]workloads.Step{{At: 0, Rate: 3}, {At: 60, Rate: 9}, {At: 80, Rate: 4}})
		case "ramp":
			return workloads.NewRamp(1, 5, 20, 300)
		case "diurnal":
			return workloads.NewDiurnal(4, 0.8, 60, 1)
		}
		return nil, fmt.Errorf("no fingerprint yet")
	}
	switch name {
	case "closed":
		m.Arrivals = nil
		m.Closed = &Closed{Users: 12, Think: must(workloads.NewErlang(1.5, 2))}
	case "trace":
		m.Arrivals, m.Trace = nil, recorded()
		m.Classes = []Class{m.Classes[0], m.Classes[0]}
		m.Classes[0].Share, m.Classes[1].Share = 0.5, 0.5
	default:
		if _, err := process(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		m.Arrivals = func() workloads.Process { return must(process()) }
	}
}

// recorded is a trace of 1,500 requests.
func recorded() *workloads.Trace {
	var text strings.Builder
	text.WriteString("time,class,key,service,client\n")
	src := random.New(1, "recorded", 0)
	for i := range 1500 {
		fmt.Fprintf(&text, "%d.%03d,%c,%d,%d.%d,c%d\n", i/4, src.IntN(250)+250*(i%4), 'a'+src.IntN(2), src.IntN(50), src.IntN(2), src.IntN(10), src.IntN(9))
	}
	return must(workloads.ReadTrace(strings.NewReader(text.String())))
}

// must returns what a constructor makes of arguments that are right.
func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}
