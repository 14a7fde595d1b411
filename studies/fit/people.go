package fit

import (
	"slices"

	"lbsim/random"
	"lbsim/studies/fit/accesslog"
)

// distinct counts different hashes by the least of them that it has seen: exactly up to so
// many, then to within 1/√(keep). Source: Z. Bar-Yossef et al., "Counting distinct elements
// in a data stream", RANDOM 2002.
type distinct struct {
	keep  int
	least []uint64 // ascending
}

func (d *distinct) add(hash uint64) {
	if len(d.least) == d.keep && hash >= d.least[d.keep-1] {
		return
	}
	i, found := slices.BinarySearch(d.least, hash)
	if found {
		return
	}
	if len(d.least) == d.keep {
		d.least = d.least[:d.keep-1]
	}
	d.least = slices.Insert(d.least, i, hash)
}

func (d *distinct) count() float64 {
	if len(d.least) < d.keep {
		return float64(len(d.least))
	}
	return float64(d.keep-1) / (float64(d.least[d.keep-1]) / 0x1p64)
}

// people are the clients: how many there are, and whether each waits for his answer.
type people struct {
	different distinct
	requests  int
	last      map[uint64]int64 // when a client's last request was over
	crowded   bool             // more clients than are followed
	overlaps  int              // requests that came before their client's last was over
	together  float64          // how long requests took, in all, s
	thinking  []int64          // from an answer to the next request
	seen      int
	src       random.Source
}

const (
	mostPeople   = 1 << 16
	mostThinking = 50_000
)

func newPeople() people {
	return people{different: distinct{keep: 4096}, last: map[uint64]int64{}, src: random.New(seed, "fit thinking", 0)}
}

func (p *people) add(r *row) {
	if r.client == 0 {
		return
	}
	p.requests++
	p.different.add(r.client)
	if p.crowded || r.latency == accesslog.Unknown {
		return
	}
	p.together += float64(r.latency) / 1e9
	over, known := p.last[r.client]
	switch {
	case !known && len(p.last) == mostPeople:
		p.crowded = true
		p.last = nil
		return
	case known && r.start < over:
		p.overlaps++
	case known:
		p.seen++
		if len(p.thinking) < mostThinking {
			p.thinking = append(p.thinking, r.start-over)
		} else if i := p.src.IntN(p.seen); i < mostThinking {
			p.thinking[i] = r.start - over
		}
	}
	p.last[r.client] = max(over, r.start+r.latency)
}
