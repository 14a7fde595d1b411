package algorithms

import (
	"cmp"
	"math/bits"
	"slices"
)

// circle is points on a ring, in order. A table of where the points of each of many
// equal stretches begin makes finding the next one O(1) in expectation: points are
// hashes, so of 2^fine or more stretches for each point most hold at most one.
type circle struct {
	points []ringPoint
	starts []int32 // by stretch: the first point at or after its beginning
	shift  uint    // hash >> shift is the stretch
}

type ringPoint struct {
	hash uint64
	slot int32
}

// reserve makes room for n points with hashes of so many bits.
func (c *circle) reserve(n int, width, fine uint) {
	k := uint(bits.Len(uint(max(n, 1)-1))) + fine
	c.points = slices.Grow(c.points[:0], n)
	if cap(c.starts) < 1<<k {
		c.starts = make([]int32, 1<<k)
	}
	c.starts = c.starts[:1<<k]
	c.shift = width - k
}

// build brings points in any order into order. Those of equal hash are ordered by
// name: slots depend on who came first. Each is put into its stretch at once, so it
// costs O(n) in expectation. The points are c's from then on.
func (c *circle) build(points []ringPoint, s *Set, width, fine uint) {
	c.reserve(len(points), width, fine)
	clear(c.starts)
	for _, point := range points {
		c.starts[point.hash>>c.shift]++
	}
	end := int32(0)
	for i, n := range c.starts {
		end += n
		c.starts[i] = end
	}
	c.points = c.points[:len(points)]
	for _, point := range points { // from the end of each stretch, which becomes its beginning
		at := &c.starts[point.hash>>c.shift]
		*at--
		c.points[*at] = point
	}
	for i, begin := range c.starts {
		end := len(c.points)
		if i+1 < len(c.starts) {
			end = int(c.starts[i+1])
		}
		if end-int(begin) > 1 {
			slices.SortFunc(c.points[begin:end], func(a, b ringPoint) int {
				if o := cmp.Compare(a.hash, b.hash); o != 0 {
					return o
				}
				return cmp.Compare(s.Members[a.slot].Key, s.Members[b.slot].Key)
			})
		}
	}
}

// keep takes over the points of the ready, in place of its own; it has reserved
// room for all of them and does not allocate.
func (c *circle) keep(all *circle, s *Set) {
	c.points = c.points[:0]
	for _, point := range all.points {
		if s.IsReady(point.slot) {
			c.points = append(c.points, point)
		}
	}
	c.index()
}

// index finds where the stretches begin.
func (c *circle) index() {
	at := 0
	for i := range c.starts {
		for at < len(c.points) && c.points[at].hash>>c.shift < uint64(i) {
			at++
		}
		c.starts[i] = int32(at)
	}
}

// first returns the place of the first point at or after hash, which may be
// len(points): past the last.
func (c *circle) first(hash uint64) int {
	at := int(c.starts[hash>>c.shift])
	for at < len(c.points) && c.points[at].hash < hash {
		at++
	}
	return at
}

func (c *circle) bytes() int { return 16*cap(c.points) + 4*cap(c.starts) }
