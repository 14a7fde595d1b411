package sim

import (
	"math"
	"slices"
	"testing"
	"time"

	"lbsim/clock"
	"lbsim/sim/cache"
	"lbsim/workloads"
)

// asked is a scripted world whose requests, a second of work each, come every 10 s and
// ask for the given keys.
func asked(server Server, keys ...uint64) *Model {
	var jobs []job
	for i := range keys {
		jobs = append(jobs, job{float64(10 * i), 1})
	}
	m := scripted(jobs...)
	for i, key := range keys {
		m.Trace.Records[i].Key = key
	}
	m.Keys = must(workloads.NewUniformKeys(1))
	server.Name, server.Weight, server.Queue = "s", 1, Unlimited
	m.Servers = []Server{server}
	m.Horizon = sec(float64(10 * len(keys)))
	return m
}

// keeping is a cache of which a miss costs 3 s.
func keeping(capacity int, policy cache.Policy) *Cache {
	return &Cache{Capacity: capacity, Policy: policy, Penalty: must(workloads.NewConstant(3))}
}

// A hit takes the second that was asked for, a miss 3 s more, both at the server's
// speed. All is worked out by hand.
func TestMissesTakeLonger(t *testing.T) {
	const hit, miss = 1., 4.
	for _, c := range []struct {
		name   string
		server Server
		keys   []uint64
		want   []float64
	}{
		{"lru keeps 1, which was asked for again", Server{Workers: 1, Speed: 1, Cache: keeping(2, cache.LRU)},
			[]uint64{1, 2, 1, 3, 1, 2}, []float64{miss, miss, hit, miss, hit, miss}},
		{"fifo does not care", Server{Workers: 1, Speed: 1, Cache: keeping(2, cache.FIFO)},
			[]uint64{1, 2, 1, 3, 1, 2}, []float64{miss, miss, hit, miss, miss, miss}},
		{"random keeps to its capacity", Server{Workers: 1, Speed: 1, Cache: keeping(1, cache.Random)},
			[]uint64{1, 1, 2, 2, 1}, []float64{miss, hit, miss, hit, miss}},
		{"twice the speed, half of both", Server{Workers: 3, Speed: 2, Cache: keeping(1, cache.LRU)},
			[]uint64{7, 7, 8}, []float64{miss / 2, hit / 2, miss / 2}},
		{"sharing", Server{Workers: 1, Speed: 1, Discipline: PS, Cache: keeping(2, cache.LRU)},
			[]uint64{1, 2, 1, 3, 2}, []float64{miss, miss, hit, miss, miss}},
		{"without a cache", Server{Workers: 1, Speed: 1}, []uint64{1, 1}, []float64{hit, hit}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, records := byID(t, asked(c.server, c.keys...), Options{Seed: 1})
			var got []float64
			misses := uint64(0)
			for i, x := range records {
				got = append(got, x.Latency.Seconds())
				if x.Demand != 1 {
					t.Errorf("request %d asked for %v s: what a miss adds is not asked for", i, x.Demand)
				}
				if c.want[i] == miss/c.server.Speed {
					misses++
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			switch lookups := r.Servers[0].Lookups; {
			case c.server.Cache == nil:
				if lookups != nil {
					t.Errorf("lookups %+v", lookups)
				}
			case *lookups != (Lookups{uint64(len(c.keys)) - misses, misses}):
				t.Errorf("lookups %+v, want %d misses of %d", lookups, misses, len(c.keys))
			}
		})
	}
}

// An object that is being fetched is there for whoever asks next, also at another
// worker; a request that waits looks its key up when its service begins, not before.
func TestLookupIsWhenServiceBegins(t *testing.T) {
	for workers, want := range map[int][]string{
		2: {"completed 4s", "completed 2s"}, // the second is a hit a second later
		1: {"completed 4s", "completed 5s"}, // and so it is when it waits first
	} {
		m := asked(Server{Workers: workers, Speed: 1, Cache: keeping(1, cache.LRU)}, 1, 1)
		m.Trace.Records[1].At = sec(1)
		if got := ends(t, m); !slices.Equal(got, want) {
			t.Errorf("%d workers: got %v, want %v", workers, got, want)
		}
	}
}

// A server that left and returns has forgotten everything; one that is slowed and
// restored has not.
func TestReturnsCold(t *testing.T) {
	m := asked(Server{Workers: 1, Speed: 1, Cache: keeping(5, cache.LRU)}, 1, 1, 1, 1, 1)
	m.Acts = []Act{
		{At: sec(12), Kind: Slow, Servers: []int{0}, Factor: 2}, {At: sec(15), Kind: Restore, Servers: []int{0}},
		{At: sec(25), Kind: Leave, Servers: []int{0}}, {At: sec(35), Kind: Return, Servers: []int{0}},
	}
	want := []string{"completed 4s", "completed 11s", "completed 21s", "rejected 30s", "completed 44s"}
	if got := ends(t, m); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// cachedFarm is five servers at half their load, with caches that most requests find
// their object in.
func cachedFarm(algorithm string) *Model {
	m := farm(5, algorithm)
	poisson(m, 1.5)
	m.Keys = must(workloads.NewZipf(200, 1))
	for i := range m.Servers {
		m.Servers[i].Cache = &Cache{Capacity: 30, Penalty: must(workloads.NewExponential(1))}
	}
	return m
}

// The timeline has every lookup until the horizon, each server those of its measured
// requests.
func TestLookupsAddUp(t *testing.T) {
	m := cachedFarm("ring_hash")
	m.Horizon, m.WarmUp, m.Interval = sec(2000), sec(500), 100*time.Second
	r, records := course(t, m, Options{Seed: 4})
	var over, during Lookups
	for _, s := range r.Servers {
		over.Hits, over.Misses = over.Hits+s.Lookups.Hits, over.Misses+s.Lookups.Misses
	}
	for _, x := range r.Timeline {
		during.Hits, during.Misses = during.Hits+x.Lookups.Hits, during.Misses+x.Lookups.Misses
	}
	begun, warm := uint64(0), uint64(0)
	for _, x := range records {
		if x.Arrival+x.Wait < m.Horizon {
			begun++
		}
		if x.Measured {
			warm++
		}
	}
	if got := over.Hits + over.Misses; got != warm || got < 1000 {
		t.Errorf("%d lookups of measured requests, want %d", got, warm)
	}
	if got := during.Hits + during.Misses; got != begun {
		t.Errorf("%d lookups in the timeline, want %d", got, begun)
	}
	if h := over.HitRatio(); h < 0.4 || h > 0.95 {
		t.Errorf("hit ratio %v", h)
	}
}

// Whoever misses under two algorithms pays the same: what a request's service takes
// beyond its demand is nothing or its own penalty, whichever server it came to.
func TestPenaltiesBelongToRequests(t *testing.T) {
	extra := func(algorithm string) map[uint64]clock.Time {
		m := cachedFarm(algorithm)
		m.Requests = 3000
		_, records := course(t, m, Options{Seed: 2})
		found := map[uint64]clock.Time{}
		for _, x := range records {
			found[x.ID] = x.Latency - x.Wait - clock.FromSeconds(x.Demand)
		}
		return found
	}
	one, other, both := extra("ring_hash"), extra("round_robin"), 0
	for id, a := range one {
		b := other[id]
		if a > 1 && b > 1 { // a nanosecond is rounding
			both++
			if math.Abs(float64(a-b)) > 2 {
				t.Fatalf("request %d: misses cost %v and %v", id, a, b)
			}
		}
	}
	if both < 300 {
		t.Errorf("only %d requests missed twice", both)
	}
}

// Requests that are broken off, in the queue or in service, leave the counts right:
// the run checks itself.
func TestCachesOfImpatientClients(t *testing.T) {
	for _, discipline := range []Discipline{FIFO, PS} {
		m := cachedFarm("power_of_two")
		poisson(m, 3)
		m.Requests = 5000
		m.Clients = &workloads.Clients{Count: 10, Timeout: 2, Patience: must(workloads.NewExponential(3))}
		for i := range m.Servers {
			m.Servers[i].Discipline = discipline
		}
		r, err := Run(m, Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if out := r.Classes[0].TimedOut; out < 500 {
			t.Errorf("only %d timed out", out)
		}
	}
}

func TestCacheNeedsKeys(t *testing.T) {
	for name, change := range map[string]func(m *Model){
		"no keys":    func(m *Model) { m.Keys = nil },
		"no place":   func(m *Model) { m.Servers[0].Cache.Capacity = 0 },
		"no penalty": func(m *Model) { m.Servers[0].Cache.Penalty = nil },
	} {
		m := cachedFarm("random")
		m.Requests = 10
		change(m)
		if _, err := Run(m, Options{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
