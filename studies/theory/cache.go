package theory

import "math"

// KeyCache is a cache under independent requests: each asks for key k with probability
// Popularity[k], whatever was asked before. T is the time, in requests, after which an
// object leaves that nobody asks for; it solves Σ_k h_k = Capacity, where h_k is the
// probability that k is there:
//
//	h_k = 1 - e^(-p_k·T)          LRU
//	h_k = p_k·T / (1 + p_k·T)     FIFO and random
//
// That T is the same for all keys and all times is an approximation, good to a percent
// of the hit ratio from a few dozen objects on. For equally popular keys it is exact:
// Capacity over keys.
//
// Sources: Che, Tung & Wang, IEEE JSAC 20(7) 2002; Fricker, Robert & Roberts, A versatile
// and accurate approximation for LRU cache performance, ITC 24 (2012); for FIFO and
// random Martina, Garetto & Leonardi, INFOCOM 2014.
type KeyCache struct {
	Popularity []float64 // sums to 1
	Capacity   int       // objects, ≥ 1
	LRU        bool      // else FIFO or random
}

// HitRatio is Σ_k p_k·h_k. It takes O(keys) some sixty times.
func (c KeyCache) HitRatio() float64 {
	if c.Capacity >= len(c.Popularity) {
		return 1 // in the long run
	}
	held := func(t float64) (objects, hits float64) {
		for _, p := range c.Popularity {
			h := p * t / (1 + p*t)
			if c.LRU {
				h = -math.Expm1(-p * t)
			}
			objects += h
			hits += p * h
		}
		return objects, hits
	}
	short := func(t float64) bool { objects, _ := held(t); return objects < float64(c.Capacity) }
	high := float64(c.Capacity)
	for short(high) {
		high *= 2
	}
	_, hits := held(crossing(short, 0, high))
	return hits
}

// CacheFacts are what KnownCache goes by.
type CacheFacts struct {
	// Independent is true when every cache is asked for keys that depend neither on each
	// other nor on the server, in a steady state: the balancer looks at no keys, or there
	// is one server.
	Independent bool
	KeyCache    // of each server: they are all alike
}

// KnownCache returns what theory knows about the hit ratio, none where it knows nothing.
func KnownCache(f CacheFacts) []Figure {
	if !f.Independent {
		return nil
	}
	a := answers{model: "LRU cache, independent requests", source: "Che, Tung & Wang 2002", approximate: true}
	if !f.LRU {
		a.model, a.source = "FIFO or random cache, independent requests", "Martina, Garetto & Leonardi 2014"
	}
	a.add("hit_ratio", f.HitRatio())
	return a.figures
}
