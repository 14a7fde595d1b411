package scenarios

import (
	"lbsim/config/decode"
	"lbsim/sim"
	"lbsim/sim/cache"
)

// Cache is a cache over keys, one for each server of a group, as written.
type Cache struct {
	Capacity    int
	Policy      cache.Policy
	MissPenalty Distribution
}

// maxObjects bounds the objects of one cache.
const maxObjects = 100_000_000

var policies = decode.Words[cache.Policy]{Known: []decode.Word[cache.Policy]{
	{Name: "lru", Value: cache.LRU}, {Name: "fifo", Value: cache.FIFO}, {Name: "random", Value: cache.Random}}}

func cacheTable() decode.Object[Cache] {
	return decode.Object[Cache]{
		Name: "cache", Doc: "A cache over keys. A request looks its key up when its service begins; what it missed is there from then on. Caches start empty.",
		Fields: []decode.Field[Cache]{
			decode.Required("capacity", decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(maxObjects, "100000000")), func(c *Cache) *int { return &c.Capacity }, "How many objects it holds, one for each key."),
			decode.Default("policy", policies, func(c *Cache) *cache.Policy { return &c.Policy }, cache.LRU, "Which object makes room for a new one: lru the one asked for least recently, fifo the one that came first, random any."),
			decode.Required("miss_penalty", distribution(), func(c *Cache) *Distribution { return &c.MissPenalty }, "How much longer a server of speed 1 works on a request whose object is missing. The load of arrivals does not count it."),
		},
	}
}

// checkCaches wants something to look up.
func checkCaches(v decode.Value, s *Scenario) {
	if s.Workload.Keys != nil || s.Workload.Arrivals.Process == "trace" || !v.Sound("workload.keys", "workload.arrivals.process") {
		return
	}
	for i, group := range s.Servers {
		if group.Cache != nil {
			v.Get("servers").Index(i).Get("cache").FailKey("is over keys: the scenario needs workload.keys")
		}
	}
}

// cacheModel is the group's cache as the simulator takes it.
func (g *Server) cacheModel() *sim.Cache {
	if g.Cache == nil {
		return nil
	}
	return &sim.Cache{Capacity: g.Cache.Capacity, Policy: g.Cache.Policy, Penalty: law(&g.Cache.MissPenalty)}
}
