package truth

import (
	"fmt"
	"hash/fnv"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random"
	"lbsim/sim"
	"lbsim/sim/cache"
	"lbsim/workloads"
)

// cacheFamilies are answers about caches.
const (
	cacheFamilies     = "lruexact fifoexact lruunif origin cold resize"
	cacheRowsExpected = 11
)

// Every row about caches is reproduced by servers with caches in the engine, by the
// same rules as the rows about queues. A row that leaves the policy open holds for
// each.
func TestCaches(t *testing.T) {
	rows := readFamilies(t, cacheFamilies)
	if len(rows) < cacheRowsExpected {
		t.Errorf("%d rows, there were %d", len(rows), cacheRowsExpected)
	}
	for _, r := range rows {
		for _, policy := range policiesOf(r) {
			t.Run(fmt.Sprintf("%s/%d", r.ID, policy), func(t *testing.T) {
				sample, err := eachReplication(func(o sim.Options) (float64, error) { return cacheFigure(r, policy, o) }, r.ID)
				if err != nil {
					t.Fatal(err)
				}
				e := estimateOf(sample)
				v := r.judge(e, 0)
				t.Logf("%.7g ± %.2g for %.7g, %.2f of the tolerance", e.mean, e.half, r.Value(), v.deviation)
				if v.why != "" {
					t.Errorf("%s (%s): %s", r.ID, r.Kind, v.why)
				}
			})
		}
	}
}

// policiesOf are the policies for which a row holds. Where a node is lost or added
// nothing is displaced, so that one policy is as good as another.
func policiesOf(r row) []cache.Policy {
	if r.Family() == "cold" || r.Family() == "resize" {
		return []cache.Policy{cache.LRU}
	}
	switch r.params.text("policy") {
	case "LRU":
		return []cache.Policy{cache.LRU}
	case "FIFO|RANDOM":
		return []cache.Policy{cache.FIFO, cache.Random}
	case "":
		return []cache.Policy{cache.LRU, cache.FIFO, cache.Random}
	}
	panic(r.ID + ": no policy " + r.params.text("policy"))
}

// cacheReplications keep the narrowest of the intervals asked for, 2% of the 1/11 that
// hash mod n leaves, within reach: of 20,000 keys a share of 1/11 is known to 2.2% (one
// deviation, sqrt(10/20,000)), and 4.4·2.2%/sqrt(64) is 1.2%.
const cacheReplications = 64

// eachReplication replicates on all cores, with the seed of the row.
func eachReplication(figure func(sim.Options) (float64, error), id string) ([]float64, error) {
	hash := fnv.New64a()
	hash.Write([]byte(id))
	found, errs := make([]float64, cacheReplications), make([]error, cacheReplications)
	var next atomic.Int64
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := next.Add(1) - 1; i < cacheReplications; i = next.Add(1) - 1 {
				found[i], errs[i] = figure(sim.Options{Seed: hash.Sum64(), Replication: uint64(i)})
			}
		})
	}
	wait.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("replication %d: %w", i, err)
		}
	}
	return found, nil
}

// cacheFigure is what one replication says to a row.
func cacheFigure(r row, policy cache.Policy, o sim.Options) (float64, error) {
	p := r.params
	switch r.Family() {
	case "origin":
		// Of equally popular keys those that there is room for hit.
		const keys = 100
		found, window, err := oneCache(int(keys*p.number("hit_ratio")), policy, must(workloads.NewUniformKeys(keys)), p.number("lambda"), o)
		return float64(found.Misses) / window, err
	case "cold":
		return rightAfter(r, policy, "ring_hash", o)
	case "resize":
		algorithm := "ring_hash"
		if strings.HasPrefix(r.ID, "resize.mod.") {
			algorithm = "modulo"
		}
		return rightAfter(r, policy, algorithm, o)
	}
	var keys workloads.Keys = must(workloads.NewUniformKeys(p.number("keys")))
	if p.has("zipf_alpha") {
		keys = must(workloads.NewZipf(p.number("keys"), p.number("zipf_alpha")))
	}
	found, _, err := oneCache(p.whole("capacity_objects"), policy, keys, 1000, o)
	return found.HitRatio(), err
}

// quick is work that leaves a server idle practically always, so that lookups are in
// the order of arrivals; a miss takes a hundred times as long.
func quick(capacity int, policy cache.Policy) sim.Server {
	return sim.Server{Workers: 1, Queue: sim.Unlimited, Speed: 1, Weight: 1,
		Cache: &sim.Cache{Capacity: capacity, Policy: policy, Penalty: must(workloads.NewConstant(100e-6))}}
}

const quickHit = 1e-6 // seconds

func cacheModel(algorithm string, keys workloads.Keys, arrivals workloads.Process) *sim.Model {
	return &sim.Model{
		Arrivals:  func() workloads.Process { return arrivals },
		Classes:   []sim.Class{{Name: "all", Share: 1, Service: must(workloads.NewConstant(quickHit))}},
		Keys:      keys,
		Balancer:  balancer.Config{Pools: []balancer.PoolConfig{{Name: "servers", Algorithm: must(algorithms.Parse(algorithm))}}},
		Frontends: 1,
	}
}

// oneCache returns the lookups of one cache over a window of so many seconds. An empty
// start is forgotten when all that the cache holds was displaced; before the window
// there are 50 requests for each key, and the rows have at most 10 keys to a place.
func oneCache(capacity int, policy cache.Policy, keys workloads.Keys, rate float64, o sim.Options) (found sim.Lookups, window float64, err error) {
	const requests = 50_000
	warmUp := float64(50*keys.Count()) / rate
	window = requests / rate
	m := cacheModel("round_robin", keys, must(workloads.NewPoisson(rate)))
	server := quick(capacity, policy)
	server.Name = "s"
	m.Servers = []sim.Server{server}
	m.WarmUp, m.Horizon = clock.FromSeconds(warmUp), clock.FromSeconds(warmUp+window)
	x, err := sim.Run(m, o)
	if err != nil {
		return found, window, err
	}
	return *x.Servers[0].Lookups, window, nil
}

// knownKeys are equally popular keys, other ones in every replication, that get a share
// of the requests. The rest ask for what nobody asked for before, and miss anywhere:
// once a cache holds the known keys, the share is its hit ratio.
type knownKeys struct {
	first, count int
	share        float64
}

func (k knownKeys) Count() int              { return k.count }
func (k knownKeys) Probability(int) float64 { return k.share / float64(k.count) }
func (k knownKeys) Key(src *random.Source) int {
	if src.Float64() < k.share {
		return k.first + src.IntN(k.count)
	}
	return 1<<62 | int(src.Uint64()>>2)
}

// rightAfter is the hit ratio right after a sharded cache changed: one of its nodes is
// replaced by an empty one, a different one in turn, or more nodes come.
//
// Later requests find a key warm that was cold, so what counts for each is whether the
// first request for its key after the change was a hit: that is the hit ratio of the
// caches as the change left them. Nodes have other names in every replication, and so
// a ring other points: its share of the keys for a new node is 1/11 in expectation only,
// and varies by 8% of itself with 160 points, which is 0.1% of the answer over 64 rings.
func rightAfter(r row, policy cache.Policy, algorithm string, o sim.Options) (float64, error) {
	const count, perSecond = 20_000, 1000
	p := r.params
	before := int(p.numberOr("nodes", p.numberOr("n_before", 0)))
	keys := knownKeys{first: int(o.Replication) << 32, count: count, share: p.number("hit_ratio")}
	m := cacheModel(algorithm, keys, must(workloads.NewRegular(perSecond)))
	node := func(i int) sim.Server {
		// In all some 24,000 requests come to a node, most of them for 2,000 known keys and
		// 2,400 for others: nothing is displaced.
		s := quick(count, policy)
		s.Name = fmt.Sprintf("node-%d-%d", o.Replication, i)
		return s
	}
	for i := range before {
		m.Servers = append(m.Servers, node(i))
	}
	// Each known key is asked for 10 times before the change on average: e^-10 never were.
	asked := 10 * count / keys.share
	m.WarmUp = clock.FromSeconds(asked/perSecond + 0.5/perSecond) // between two requests
	m.Horizon = m.WarmUp + clock.FromSeconds(count/perSecond)
	if p.has("nodes") {
		lost := []int{int(o.Replication) % before}
		m.Acts = []sim.Act{{At: m.WarmUp, Kind: sim.Leave, Servers: lost}, {At: m.WarmUp, Kind: sim.Return, Servers: lost}}
	} else {
		more := sim.Act{At: m.WarmUp, Kind: sim.Add}
		for i := before; i < p.whole("n_after"); i++ {
			more.Add = append(more.Add, node(i))
		}
		m.Acts = []sim.Act{more}
	}
	warm, hits, all := map[uint64]bool{}, 0, 0
	o.OnRequest = func(x *sim.Record) {
		if !x.Measured {
			return
		}
		hit, seen := warm[x.Key]
		if !seen {
			hit = x.Latency < clock.FromSeconds(2*quickHit)
			warm[x.Key] = hit
		}
		all++
		if hit {
			hits++
		}
	}
	_, err := sim.Run(m, o)
	return float64(hits) / float64(all), err
}
