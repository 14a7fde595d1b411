package sim

import (
	"fmt"
	"math"

	"lbsim/random"
	"lbsim/sim/cache"
	"lbsim/workloads"
)

// caches is what caches need of a run.
type caches struct {
	cached     bool         // some server has one
	missDraws  random.Index // penalties, by request and attempt
	evictDraws random.Index // whom a random cache displaces, by server
}

// caching is a server's cache at work.
type caching struct {
	objects  *cache.Cache
	penalty  workloads.Distribution
	measured Lookups // of measured requests
	looked   uint32  // of all, modulo 2^32
}

// Lookups are how often caches had what they were asked for, and how often they did
// not, which is how often whoever is behind them is asked.
type Lookups struct{ Hits, Misses uint64 }

// HitRatio returns hits over lookups, NaN where there was no lookup.
func (l Lookups) HitRatio() float64 {
	if l.Hits+l.Misses == 0 {
		return math.NaN()
	}
	return float64(l.Hits) / float64(l.Hits+l.Misses)
}

// count adds a lookup.
func (l *Lookups) count(hit bool) {
	if hit {
		l.Hits++
	} else {
		l.Misses++
	}
}

func (e *engine) newCache(id int32, c *Cache) *caching {
	if !e.cached {
		e.cached = true
		e.missDraws, e.evictDraws = e.index("misses"), e.index("evictions")
	}
	return &caching{objects: cache.New(c.Capacity, c.Policy, e.evictDraws.At(uint64(id), 0)), penalty: c.Penalty}
}

// look asks a server's cache for a request's object as its service begins, and
// returns the demand, in nanoseconds at speed 1, that a miss adds. The penalty belongs
// to the request and the attempt, so a request that misses in two variants pays the
// same in both.
func (e *engine) look(ref int32, r *request, x *caching) float64 {
	story := &e.stories[ref]
	hit := x.objects.Ask(story.key)
	x.looked++
	e.bucket.lookups.count(hit)
	if r.flags&measured != 0 {
		x.measured.count(hit)
	}
	if hit {
		return 0
	}
	e.own = e.missDraws.At(story.id, uint64(r.attempts))
	return x.penalty.Sample(&e.own) * 1e9
}

// forget lets go of what a server had in memory, its cache and its sessions: it was
// away, or restarted.
func (e *engine) forget(id int32) {
	s := &e.servers[id]
	e.records[id].restarts++
	if s.extra != nil && s.extra.cache != nil {
		s.extra.cache.objects.Clear()
	}
}

// checkCache holds a cache's lookups against the services that began: those that
// ended, those under way, and those that were broken off, which are among the
// withdrawn.
func (e *engine) checkCache(i int) error {
	s, x := &e.servers[i], &e.records[i]
	if s.extra == nil || s.extra.cache == nil {
		return nil
	}
	looked := s.extra.cache.looked // and services of health checks, which look nothing up
	if c := s.extra.checking; c != nil {
		looked += c.begun
	}
	if brokenOff := looked - s.served - uint32(s.busy); brokenOff > x.withdrawn {
		return fmt.Errorf("server %s: %d lookups; %d served, %d in service, %d withdrawn (modulo 2^32)",
			e.m.Server(i).Name, looked, s.served, s.busy, x.withdrawn)
	}
	return nil
}
