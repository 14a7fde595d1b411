package sim

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random/drawn"
	"lbsim/sim/autoscale"
	"lbsim/workloads"
)

// choice is an algorithm as on the command line.
func choice(text string) algorithms.Choice { return must(algorithms.Parse(text)) }

// anyAlgorithm is all algorithms and the variants that need something else from
// the world.
func anyAlgorithm() []string {
	texts := []string{"join_idle_queue:reports=true", "prequal:idle_interval=20ms,probe_rate=0.3,remove_rate=0.1"}
	for _, spec := range algorithms.All() {
		texts = append(texts, spec.Name)
	}
	return texts
}

// course runs m and returns its records, in the order in which they ended.
func course(t interface{ Fatal(...any) }, m *Model, o Options) (*Result, []Record) {
	var records []Record
	o.OnRequest = func(r *Record) { records = append(records, *r) }
	looks := 0
	o.Stop = func() bool { looks++; return looks > 60 } // of a small world, two million events are an endless run
	result, err := Run(m, o)
	if err != nil {
		t.Fatal(err)
	}
	return result, records
}

// anyModel draws a small world. Times are drawn from few values, so that many
// things happen at one instant.
func anyModel(t *rapid.T) *Model {
	m := &Model{
		Horizon:   clock.Time(rapid.SampledFrom([]time.Duration{time.Second, 5 * time.Second}).Draw(t, "horizon")),
		Requests:  uint64(rapid.SampledFrom([]int{0, 0, 1, 50}).Draw(t, "requests")),
		Frontends: rapid.IntRange(1, 3).Draw(t, "frontends"),
		Interval:  rapid.SampledFrom([]time.Duration{0, 300 * time.Millisecond}).Draw(t, "interval"),
		Drain:     rapid.SampledFrom([]time.Duration{0, 0, time.Millisecond, time.Second}).Draw(t, "drain"),
	}
	m.WarmUp = rapid.SampledFrom([]clock.Time{0, 0, m.Horizon / 3}).Draw(t, "warm-up")
	anyClasses(t, m)
	if rapid.Bool().Draw(t, "keyed") {
		m.Keys = must(workloads.NewUniformKeys(20))
	}
	if rapid.IntRange(0, 3).Draw(t, "anybody") > 0 {
		m.Clients = anyClients(t)
	}
	if m.Clients != nil && rapid.IntRange(0, 2).Draw(t, "sessions") == 0 {
		m.Sessions = anySessions(t)
	}
	anyArrivals(t, m)
	if rapid.Bool().Draw(t, "network") {
		anyNetwork(t, m)
	}
	for i := range rapid.IntRange(1, 5).Draw(t, "servers") {
		m.Servers = append(m.Servers, anyServer(t, m, fmt.Sprint("s", i)))
	}
	anyActs(t, m)
	if rapid.IntRange(0, 3).Draw(t, "scaled") == 0 {
		anyScaling(t, m)
	}
	m.Balancer.Pools = []balancer.PoolConfig{{Name: "servers", Algorithm: choice(rapid.SampledFrom(anyAlgorithm()).Draw(t, "algorithm"))}}
	if rapid.IntRange(0, 3).Draw(t, "sticky") == 0 {
		m.Balancer.Pools[0].Affinity = &balancer.Affinity{Cookie: "LB", TTL: rapid.SampledFrom([]time.Duration{0, time.Second}).Draw(t, "ttl")}
	}
	if m.Clients != nil && rapid.IntRange(0, 2).Draw(t, "layer 4") == 0 {
		m.Balancer.Layer = balancer.L4
	}
	if rapid.IntRange(0, 2).Draw(t, "resilient") == 0 {
		resist(m)
	}
	if rapid.IntRange(0, 2).Draw(t, "lifecycle") == 0 {
		anyLifecycle(t, m)
	}
	if rapid.IntRange(0, 2).Draw(t, "local") == 0 {
		anyLocalities(t, m)
	}
	if rapid.IntRange(0, 2).Draw(t, "hedged") == 0 {
		anyHedges(t, m)
	}
	if m.Balancer.Layer != balancer.L4 && rapid.IntRange(0, 3).Draw(t, "routed") == 0 {
		anyRoutes(t, m)
	}
	if m.Balancer.Layer != balancer.L4 && rapid.IntRange(0, 3).Draw(t, "tiered") == 0 {
		anyTiers(t, m)
	}
	if m.Balancer.Pools[0].Health != nil && rapid.Bool().Draw(t, "checks at work") {
		anyChecks(t, m)
	}
	if rapid.IntRange(0, 3).Draw(t, "dependent") == 0 {
		anyDependencies(t, m)
	}
	if rapid.IntRange(0, 2).Draw(t, "configured") == 0 {
		anySettings(t, m)
	}
	return m
}

// anyRoutes gives the balancer a second pool, of some of the servers, and splits and
// mirrors what comes.
func anyRoutes(t *rapid.T, m *Model) {
	other := m.Balancer.Pools[0]
	other.Name, other.Algorithm = "other", choice(rapid.SampledFrom([]string{"round_robin", "least_connections", "random"}).Draw(t, "other algorithm"))
	if !balancer.Ramps(other.Algorithm) {
		other.SlowStart = nil
	}
	if rapid.Bool().Draw(t, "bare") {
		other = balancer.PoolConfig{Name: other.Name, Algorithm: other.Algorithm}
	}
	m.Balancer.Pools = append(m.Balancer.Pools, other)
	for i := range m.Servers {
		m.Servers[i].Pool = balancer.PoolID(rapid.IntRange(0, 1).Draw(t, "pool"))
	}
	share := rapid.SampledFrom([]float64{0.1, 0.5, 1}).Draw(t, "share")
	split := balancer.Route{Name: "split", Branches: []balancer.Branch{{Pool: 0, Share: share}, {Pool: 1, Share: 1 - share}}}
	if rapid.Bool().Draw(t, "mirrored") {
		split.Mirror = &balancer.Mirror{Pool: 1, Ratio: rapid.SampledFrom([]float64{0.3, 1}).Draw(t, "ratio")}
	}
	if rapid.IntRange(0, 2).Draw(t, "limited route") == 0 {
		split.Rates = []balancer.RateLimit{{Tokens: 30, Per: time.Second, Burst: 2, PerClient: rapid.Bool().Draw(t, "per client"), Clients: 3,
			Rule: rapid.SampledFrom([]balancer.RateRule{balancer.Bucket, balancer.LeakyBucket}).Draw(t, "rule")}}
	}
	if rapid.Bool().Draw(t, "by path") {
		m.Classes[0].About = &balancer.Attributes{Path: "/a/b"}
		m.Balancer.Routes = []balancer.Route{{Name: "a", Match: balancer.Match{PathPrefix: "/a"}, Branches: []balancer.Branch{{Pool: 1, Share: 1}}}}
		if rapid.Bool().Draw(t, "nothing for the rest") {
			return
		}
	}
	m.Balancer.Routes = append(m.Balancer.Routes, split)
}

// anyLimits are limits, or none.
func anyLimits(t *rapid.T) *balancer.Limits {
	if rapid.IntRange(0, 2).Draw(t, "unlimited") == 0 {
		return nil
	}
	l := &balancer.Limits{Requests: rapid.IntRange(0, 5).Draw(t, "requests at once"), PerEndpoint: rapid.IntRange(0, 2).Draw(t, "at an endpoint"), Retries: rapid.IntRange(0, 2).Draw(t, "retries at once")}
	if rapid.Bool().Draw(t, "rates") {
		l.Rates = []balancer.RateLimit{{Tokens: 40, Per: time.Second, Burst: 4, PerClient: true, Clients: 2}, {Tokens: 60, Per: time.Second, Burst: 4, Rule: balancer.LeakyBucket}}
	}
	if rapid.Bool().Draw(t, "wait queue") {
		l.Queue = &balancer.WaitQueue{Size: 3, Timeout: 50 * time.Millisecond}
	}
	return l
}

// anyHedges lets a balancer send copies.
func anyHedges(t *rapid.T, m *Model) {
	pool := &m.Balancer.Pools[0]
	pool.Hedges = &balancer.Hedges{
		Attempts:  rapid.IntRange(2, 4).Draw(t, "copies"),
		Delay:     rapid.SampledFrom([]time.Duration{0, time.Millisecond, 20 * time.Millisecond}).Draw(t, "hedge delay"),
		AnyMethod: rapid.Bool().Draw(t, "any method"),
	}
	switch {
	case rapid.IntRange(0, 2).Draw(t, "percentile") == 0:
		pool.Hedges.Percentile = 0.5
	case pool.Retries != nil && rapid.Bool().Draw(t, "on per-try time-out"):
		pool.Hedges.OnPerTry = true
	}
	if rapid.Bool().Draw(t, "hedge budget") {
		pool.Hedges.Budget = &balancer.Budget{Kind: rapid.SampledFrom([]balancer.BudgetKind{balancer.TokenBucket, balancer.Concurrent, balancer.Throttle}).Draw(t, "kind"),
			Ratio: 0.2, MinRate: 3, TTL: time.Second, MinConcurrent: 1, MaxTokens: 10, TokenRatio: 0.5}
	}
	for i := range m.Classes {
		m.Classes[i].Copies = rapid.SampledFrom([]Copies{Same, Independent}).Draw(t, "demand of copies")
	}
}

func anyLaw(t *rapid.T, mean float64, what string) workloads.Distribution {
	if rapid.Bool().Draw(t, what+" constant") {
		return must(workloads.NewConstant(mean))
	}
	return must(workloads.NewExponential(mean))
}

func anyClasses(t *rapid.T, m *Model) {
	mean := rapid.SampledFrom([]float64{0.001, 0.02, 0.1}).Draw(t, "service")
	m.Classes = []Class{{Name: "only", Share: 1, Service: anyLaw(t, mean, "service")}}
	if rapid.Bool().Draw(t, "two classes") {
		m.Classes[0].Share = 0.75
		m.Classes = append(m.Classes, Class{Name: "other", Share: 0.25, Service: anyLaw(t, 3*mean, "other service")})
	}
}

func anyClients(t *rapid.T) *workloads.Clients {
	c := &workloads.Clients{
		Count:                 rapid.IntRange(1, 10).Draw(t, "clients"),
		Connections:           rapid.IntRange(1, 3).Draw(t, "connections"),
		RequestsPerConnection: rapid.SampledFrom([]int{0, 1, 3}).Draw(t, "requests per connection"),
		Timeout:               rapid.SampledFrom([]float64{0, 0, 0.001, 0.02, 0.1}).Draw(t, "timeout"),
		Roam:                  rapid.SampledFrom([]float64{0, 0.5}).Draw(t, "roam"),
	}
	if rapid.Bool().Draw(t, "impatient") {
		c.Patience = anyLaw(t, rapid.SampledFrom([]float64{0, 0.02, 0.1}).Draw(t, "patience")+1e-6, "patience")
	}
	if rapid.Bool().Draw(t, "abandon") {
		c.OnTimeout = workloads.Abandon
	}
	if c.Timeout > 0 && c.Patience == nil && rapid.Bool().Draw(t, "insistent") {
		c.Retries = &workloads.ClientRetries{Attempts: 3, Failed: true, Rejected: true, TimedOut: true, Backoff: anyLaw(t, 0.02, "client's back-off")}
	}
	return c
}

func anyArrivals(t *rapid.T, m *Model) {
	rate := rapid.SampledFrom([]float64{20, 100}).Draw(t, "rate")
	switch rapid.IntRange(0, 3).Draw(t, "arrivals") {
	case 0:
		m.Arrivals = func() workloads.Process { return must(workloads.NewPoisson(rate)) }
	case 1:
		m.Arrivals = func() workloads.Process { return must(workloads.NewRegular(rate)) }
	case 2:
		m.Closed = &Closed{Users: rapid.IntRange(1, 8).Draw(t, "users"), Think: anyLaw(t, 0.02, "think")}
	case 3:
		m.Trace = &workloads.Trace{}
		at := clock.Time(0)
		for range rapid.IntRange(1, 100).Draw(t, "records") {
			at += clock.Time(rapid.SampledFrom([]time.Duration{0, time.Millisecond, 17 * time.Millisecond}).Draw(t, "gap"))
			m.Trace.Records = append(m.Trace.Records, workloads.Record{At: at, Service: rapid.SampledFrom([]float64{0, 0.001, 0.05}).Draw(t, "demand"),
				Key: rapid.Uint64Range(0, 9).Draw(t, "key"), Class: int32(rapid.IntRange(0, len(m.Classes)-1).Draw(t, "class")),
				Client: int32(rapid.IntRange(-1, 20).Draw(t, "client"))})
		}
	}
}

func anyNetwork(t *rapid.T, m *Model) {
	n := rapid.IntRange(1, 3).Draw(t, "zones")
	m.Network.OneWay = make([][]time.Duration, n)
	for i := range n {
		m.Network.Zones = append(m.Network.Zones, fmt.Sprint("zone-", i))
		for range n {
			m.Network.OneWay[i] = append(m.Network.OneWay[i], rapid.SampledFrom([]time.Duration{0, time.Millisecond, 20 * time.Millisecond}).Draw(t, "one way"))
		}
	}
	if rapid.Bool().Draw(t, "frontends in zones") {
		m.Network.Frontends = rapid.SliceOfN(rapid.IntRange(0, n-1), 1, 3).Draw(t, "frontends' zones")
	}
}

func anyServer(t *rapid.T, m *Model, name string) Server {
	return Server{
		Name: name, Zone: rapid.IntRange(0, max(len(m.Network.Zones)-1, 0)).Draw(t, "zone"),
		Workers:    rapid.IntRange(1, 3).Draw(t, "workers"),
		Queue:      rapid.SampledFrom([]int{Unlimited, Unlimited, 0, 2}).Draw(t, "queue"),
		Discipline: rapid.SampledFrom([]Discipline{FIFO, PS}).Draw(t, "discipline"),
		Speed:      rapid.SampledFrom([]float64{1, 0.5, 3}).Draw(t, "speed"),
		Weight:     rapid.SampledFrom([]float64{1, 2}).Draw(t, "weight"),
	}
}

func anyActs(t *rapid.T, m *Model) {
	n := len(m.Servers)
	at := clock.Time(0)
	for i := range rapid.IntRange(0, 5).Draw(t, "acts") {
		at += clock.Time(rapid.SampledFrom([]time.Duration{0, 100 * time.Millisecond, 333 * time.Millisecond}).Draw(t, "act's delay"))
		a := Act{At: at, Kind: rapid.SampledFrom([]ActKind{Slow, Restore, Add, Remove, Crash, Hang, Errors, Drain, Deploy, Deploy}).Draw(t, "act")}
		if m.Frontends > 1 && rapid.IntRange(0, 4).Draw(t, "of zones") == 0 {
			a.Kind = rapid.SampledFrom([]ActKind{LoseZone, Partition, RestoreZone}).Draw(t, "act of zones")
		}
		switch zones := len(m.Network.Zones); {
		case a.Kind >= LoseZone && zones == 0, a.Kind == Partition && zones == 1:
			a.Kind = Crash
		case a.Kind >= LoseZone:
			a.Zone, a.Silent = rapid.IntRange(0, zones-1).Draw(t, "act's zone"), rapid.Bool().Draw(t, "silent")
			a.From = (a.Zone + 1) % zones
		}
		if a.Kind == Add {
			a.Add = []Server{anyServer(t, m, fmt.Sprint("added-", i))}
			n++
		} else {
			a.Servers = rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 1, n, rapid.ID[int]).Draw(t, "act's servers")
			a.Factor = rapid.SampledFrom([]float64{0.5, 2, 10}).Draw(t, "factor")
			a.Ratio, a.Status = rapid.SampledFrom([]float64{0.2, 1}).Draw(t, "ratio"), 500
			if a.Kind == Deploy {
				anyDeploy(t, m, &a)
				n += len(a.Add)
			}
		}
		m.Acts = append(m.Acts, a)
	}
}

func anyDeploy(t *rapid.T, m *Model, a *Act) {
	a.Deploy = &DeployPlan{Batch: rapid.IntRange(0, 2).Draw(t, "batch"), Drain: rapid.Bool().Draw(t, "drained first"),
		Grace: rapid.SampledFrom([]time.Duration{0, 50 * time.Millisecond}).Draw(t, "grace"),
		Pause: rapid.SampledFrom([]time.Duration{0, 100 * time.Millisecond}).Draw(t, "pause")}
	if a.Deploy.Batch == 0 {
		for range a.Servers {
			a.Add = append(a.Add, anyServer(t, m, fmt.Sprint("green-", len(m.Acts), "-", len(a.Add))))
		}
	}
}

// anyLifecycle lets servers take their time to come and to go.
func anyLifecycle(t *rapid.T, m *Model) {
	pool := &m.Balancer.Pools[0]
	pool.Drain = &balancer.Drain{Timeout: rapid.SampledFrom([]time.Duration{0, 20 * time.Millisecond, 500 * time.Millisecond}).Draw(t, "drain time"), Keep: rapid.Bool().Draw(t, "keep")}
	if balancer.Ramps(pool.Algorithm) {
		pool.SlowStart = &balancer.SlowStart{Window: 500 * time.Millisecond}
	}
	m.Network.Discovery = rapid.SampledFrom([]time.Duration{0, 0, 70 * time.Millisecond}).Draw(t, "discovery")
	m.Network.Announce = rapid.SampledFrom([]Announcement{Listening, Started}).Draw(t, "announce")
	for i := range m.Servers {
		m.Servers[i].StartUp = rapid.SampledFrom([]time.Duration{0, 100 * time.Millisecond}).Draw(t, "start-up")
		if rapid.Bool().Draw(t, "cold") {
			m.Servers[i].WarmUp = &WarmUp{Time: 200 * time.Millisecond, Share: 0.3}
		}
	}
}

// anyScaling lets an autoscaler rule the first servers, which no act removes then.
func anyScaling(t *rapid.T, m *Model) {
	m.Acts = slices.DeleteFunc(m.Acts, func(a Act) bool { return a.Kind == Remove })
	for i := range m.Acts {
		if a := &m.Acts[i]; a.Kind == Deploy && len(a.Add) > 0 {
			a.Kind, a.Servers = Add, nil
		} else if a.Kind == Deploy {
			a.Kind = Slow
		}
	}
	n := rapid.IntRange(1, len(m.Servers)).Draw(t, "scaled servers")
	a := Autoscaler{Policy: autoscale.Policy{Min: rapid.IntRange(1, n).Draw(t, "min"), Max: n, Sync: 100 * time.Millisecond, Window: 200 * time.Millisecond,
		Provisioning: rapid.SampledFrom([]time.Duration{0, 50 * time.Millisecond, 300 * time.Millisecond}).Draw(t, "provisioning"),
		Targets: []autoscale.Target{{Metric: autoscale.CPU, Value: 0.5}, {Metric: autoscale.Queue, Value: 2},
			{Metric: autoscale.Latency, Value: 0.05, Quantile: rapid.SampledFrom([]float64{0, 0.9}).Draw(t, "of latency")}}}}
	for i := range n {
		a.Servers = append(a.Servers, i)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "spare") {
		a.Spare = append(a.Spare, anyServer(t, m, fmt.Sprint("spare-", i)))
		a.Policy.Max++
	}
	m.Autoscalers = []Autoscaler{a}
}

// checkScalings follows the number of servers of a scaled group.
func checkScalings(t *rapid.T, m *Model, result *Result) {
	if len(m.Autoscalers) == 0 {
		return
	}
	a := &m.Autoscalers[0]
	n := len(a.Servers)
	for _, x := range result.Scalings {
		if x.From != n || x.To < a.Policy.Min || x.To > a.Policy.Max || x.To == n {
			t.Fatalf("%+v where there were %d, of %d to %d", x, n, a.Policy.Min, a.Policy.Max)
		}
		n = x.To
	}
	for i, x := range result.Lives {
		if x.Up < 0 || x.Up > x.Paid || x.Paid > (result.End-result.Start).Seconds() {
			t.Fatalf("server %d: %+v in a window from %v to %v", i, x, result.Start, result.End)
		}
	}
}

// comparable returns r with numbers that are equal to themselves.
func comparable(r *Result) Result {
	c := *r
	c.Servers = slices.Clone(r.Servers)
	for i := range c.Servers {
		if math.IsNaN(c.Servers[i].Mean) {
			c.Servers[i].Mean = -1
		}
	}
	if math.IsNaN(c.InSystem) {
		c.InSystem = -1
	}
	return c
}

// Whatever world is drawn, a run passes its own checks, its result is what its
// records add up to, it is the same with either event queue and again with the same
// seed, and every variant of it meets the same requests.
func TestAnyModel(t *testing.T) {
	var seen [Unfinished + 1]int
	scalings, deployed := 0, 0
	var hedged Hedged
	called := uint64(0)
	drawn.Until(t, func(t *rapid.T) {
		m := anyModel(t)
		o := Options{Seed: rapid.Uint64().Draw(t, "seed")}
		result, records := course(t, m, o)
		checkRecords(t, m, result, records)
		scalings += len(result.Scalings)
		for _, x := range result.Spans {
			deployed += map[bool]int{true: 1}[x.Done]
		}
		checkScalings(t, m, result)
		for _, r := range records {
			seen[r.Outcome]++
		}

		for _, x := range result.Tiers {
			if m.torn() {
				called += x.Attempts
			}
		}
		if h := result.Hedged; h != nil {
			hedged.Requests += h.Requests
			hedged.Copies += h.Copies
			hedged.Won += h.Won
			if h.Won > h.Requests {
				t.Fatalf("%+v", h)
			}
		}

		o.Queue = Heap
		again, course2 := course(t, m, o)
		if !slices.Equal(records, course2) || !reflect.DeepEqual(comparable(result), comparable(again)) {
			t.Fatalf("the heap gave another run:\n%+v\n%+v", comparable(result), comparable(again))
		}
		o.Queue = Tree
		again, err := Run(m, o) // nobody listens
		if err != nil || !reflect.DeepEqual(comparable(result), comparable(again)) {
			t.Fatalf("a second run gave another result (%v):\n%+v\n%+v", err, comparable(result), comparable(again))
		}
		if m.Closed == nil {
			sameRequests(t, m, records, variant(t, m, o))
		}
	}, func(t drawn.Missing) {
		if deployed == 0 {
			t.Error("no deploy ever ended: the case was not exercised")
		}
		if called == 0 {
			t.Error("no server ever called another where zones are lost or parted: the case was not exercised")
		}
		if scalings == 0 {
			t.Error("no model was ever scaled: the case was not exercised")
		}
		if hedged.Won == 0 {
			t.Errorf("%+v: the case was not exercised", hedged)
		}
		for how, n := range seen {
			if n == 0 && Outcome(how) != Unfinished {
				t.Errorf("no request of any model ended %s: the case was not exercised", Outcome(how))
			}
		}
	})
}

// Replications are independent of each other, as seeds are: other instants, other
// work. The same one comes again.
func TestReplicationsDiffer(t *testing.T) {
	m := farm(5, "random")
	m.Requests = 100
	_, first := course(t, m, Options{Seed: 1})
	for _, o := range []Options{{Seed: 1, Replication: 1}, {Seed: 2}, {Seed: 1}} {
		_, other := course(t, m, o)
		if same := slices.Equal(first, other); same != (o.Seed == 1 && o.Replication == 0) {
			t.Errorf("seed %d, replication %d: same as the first: %v", o.Seed, o.Replication, same)
		}
		for i := range other {
			if (o.Seed != 1 || o.Replication != 0) && other[i].Arrival == first[i].Arrival {
				t.Errorf("seed %d, replication %d: request %d at the same instant", o.Seed, o.Replication, i)
			}
		}
	}
}

// variant runs m with other servers and clients' manners, and another algorithm.
func variant(t *rapid.T, m *Model, o Options) []Record {
	v := *m
	v.Balancer.Pools = slices.Clone(m.Balancer.Pools)
	v.Balancer.Pools[0].Algorithm = choice(rapid.SampledFrom(anyAlgorithm()).Draw(t, "variant's algorithm"))
	if pool := &v.Balancer.Pools[0]; pool.SlowStart != nil && !balancer.Ramps(pool.Algorithm) {
		pool.SlowStart = nil
	}
	v.Servers = slices.Clone(m.Servers)
	for i := range v.Servers {
		v.Servers[i].Workers++
		v.Servers[i].Discipline = FIFO
	}
	if m.Clients != nil {
		c := *m.Clients
		c.Timeout, c.Patience = 0.05, nil
		v.Clients = &c
	}
	_, records := course(t, &v, o)
	return records
}

// sameRequests asserts common random numbers: request by request, the same instant,
// class, key and client, and the same demand where it is not that of a later attempt.
func sameRequests(t *rapid.T, m *Model, a, b []Record) {
	byID := map[uint64]Record{}
	for _, r := range a {
		byID[r.ID] = r
	}
	for _, r := range b {
		x, ok := byID[r.ID]
		insists := m.Clients != nil && m.Clients.Retries != nil // and may have been turned away before its first attempt
		redrawn := ok && m.Classes[x.Class].Copies == Independent && (insists || x.Attempts > 1 || r.Attempts > 1)
		if ok && (x.Arrival != r.Arrival || x.Class != r.Class || x.Demand != r.Demand && !redrawn || x.Key != r.Key || x.Client != r.Client) {
			t.Fatalf("request %d differs between variants:\n%+v\n%+v", r.ID, x, r)
		}
	}
}

// checkRecords adds up what a listener heard and holds it against the result.
func checkRecords(t *rapid.T, m *Model, result *Result, records []Record) {
	got := make([]Outcomes, len(m.Classes))
	sums := make([]clock.Time, len(m.Classes))
	seen := map[uint64]bool{}
	end := clock.Time(0)
	for _, r := range records {
		if at := r.Arrival + r.Latency; at < end || seen[r.ID] || r.Latency < 0 || r.Wait < 0 || r.Wait > r.Latency {
			t.Fatalf("record out of order, twice or impossible: %+v after %v", r, end)
		}
		end, seen[r.ID] = r.Arrival+r.Latency, true
		if c := m.Clients; c != nil && c.Timeout > 0 && c.Retries == nil && r.Latency > clock.FromSeconds(c.Timeout) {
			t.Fatalf("a client with a time-out of %v s waited %v", c.Timeout, r.Latency)
		}
		if r.Measured != (r.Arrival >= m.WarmUp) || r.Arrival >= m.Horizon || (r.Outcome == Completed) != (r.Status == 200) {
			t.Fatalf("%+v with a window from %v to %v", r, m.WarmUp, m.Horizon)
		}
		if !r.Measured {
			continue
		}
		o := &got[r.Class]
		o.Offered++
		*[...]*uint64{&o.Completed, &o.Failed, &o.Rejected, &o.TimedOut}[r.Outcome]++
		if r.Outcome == Completed {
			sums[r.Class] += r.Latency
		}
	}
	if uint64(len(records)) > result.Arrived || m.Requests > 0 && result.Arrived > m.Requests {
		t.Fatalf("%d records, %d arrived, limit %d", len(records), result.Arrived, m.Requests)
	}
	rest := result.Arrived - uint64(len(records))
	for i, c := range result.Classes {
		got[i].Unfinished = c.Unfinished
		got[i].Offered += c.Unfinished
		rest -= c.Unfinished
		if got[i] != c.Outcomes || c.Latency.N != c.Completed || c.Latency.Histogram.Count() != c.Completed || c.Wait.Histogram.Count() != c.Completed {
			t.Fatalf("class %d: records add up to %+v, the result has %+v", i, got[i], c)
		}
		if want := sums[i].Seconds(); math.Abs(c.Latency.Sum-want) > 1e-9*(1+want) {
			t.Fatalf("class %d: latencies add up to %v s, the result has %v", i, want, c.Latency.Sum)
		}
	}
	if m.WarmUp == 0 && rest != 0 {
		t.Fatalf("%d requests unaccounted for", rest)
	}
	if m.Drain == 0 && uint64(len(records)) != result.Arrived && !slices.ContainsFunc(m.Acts, func(a Act) bool { return a.Kind == Hang || a.Kind == Partition && a.Silent }) {
		t.Fatalf("%d requests arrived and %d ended, with all the time to drain", result.Arrived, len(records))
	}
}
