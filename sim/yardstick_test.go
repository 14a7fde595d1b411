package sim

import (
	"math/bits"
	"math/rand/v2"
	"time"

	"lbsim/sim/histogram"
)

// The yardstick is the loop that anybody would write by hand for one question:
// single-worker FIFO servers, Poisson arrivals at 80% load, exponential service,
// one picker, one histogram. A 4-ary heap of 16-byte events, the standard
// library's PCG, nothing else. The engine's cost is reported against it.
type yardstick struct {
	rng     *rand.Rand
	heap    []yardEvent
	count   []int32   // in system, by server
	queue   [][]int64 // arrival instants, by server: a ring
	head    []int
	hist    histogram.Histogram
	pick    func(y *yardstick) int
	started func(y *yardstick, s int)
	ended   func(y *yardstick, s int)
	cursor  int
	next    int64   // arrival
	order   []int32 // servers by load, for least connections
	place   []int32
	start   []int32 // of each load in order
}

type yardEvent struct {
	at     int64
	server int64
}

func newYardstick(n int, pick string) *yardstick {
	y := &yardstick{rng: rand.New(rand.NewPCG(1, 2)), count: make([]int32, n), queue: make([][]int64, n), head: make([]int, n)}
	for i := range y.queue {
		y.queue[i] = make([]int64, 64)
	}
	nothing := func(*yardstick, int) {}
	y.started, y.ended = nothing, nothing
	switch pick {
	case "round_robin":
		y.pick = func(y *yardstick) int {
			if y.cursor++; y.cursor == len(y.count) {
				y.cursor = 0
			}
			return y.cursor
		}
	case "power_of_two":
		y.pick = func(y *yardstick) int {
			a, b := y.rng.IntN(len(y.count)), y.rng.IntN(len(y.count)-1)
			if b >= a {
				b++
			}
			if y.count[b] < y.count[a] {
				return b
			}
			return a
		}
	case "least_connections":
		y.sortByLoad()
	}
	return y
}

// sortByLoad keeps servers sorted by load in one array with the start of each
// load's stretch, so that a pick is the first and a change is one swap.
func (y *yardstick) sortByLoad() {
	n := len(y.count)
	y.order, y.place, y.start = make([]int32, n), make([]int32, n), make([]int32, 1<<12)
	for i := range y.order {
		y.order[i], y.place[i] = int32(i), int32(i)
	}
	for l := 1; l < len(y.start); l++ {
		y.start[l] = int32(n)
	}
	y.pick = func(y *yardstick) int {
		l := y.count[y.order[0]]
		return int(y.order[y.rng.IntN(int(y.start[l+1]))])
	}
	swap := func(s int, to int32) {
		from, other := y.place[s], y.order[to]
		y.order[from], y.order[to] = other, int32(s)
		y.place[s], y.place[other] = to, from
	}
	y.started = func(y *yardstick, s int) {
		l := y.count[s] // already one more: it leaves the end of load l-1
		y.start[l]--
		swap(s, y.start[l])
	}
	y.ended = func(y *yardstick, s int) {
		l := y.count[s] + 1 // it leaves the start of load l
		swap(s, y.start[l])
		y.start[l]++
	}
}

func (y *yardstick) up(i int, e yardEvent) {
	for i > 0 {
		p := (i - 1) / 4
		if y.heap[p].at <= e.at {
			break
		}
		y.heap[i] = y.heap[p]
		i = p
	}
	y.heap[i] = e
}

// down lets e sink from the top. The least of four children is found without a
// branch, as anybody would who wants the heap to be fast.
func (y *yardstick) down(e yardEvent) {
	h, i, n := y.heap, 0, len(y.heap)
	for {
		c := 4*i + 1
		if c >= n {
			break
		}
		best, at := c, h[c].at
		if c+4 <= n {
			k := h[c : c+4 : c+4]
			x, ax := lesser(0, k[0].at, 1, k[1].at)
			z, az := lesser(2, k[2].at, 3, k[3].at)
			x, at = lesser(x, ax, z, az)
			best = c + x
		} else {
			for k := c + 1; k < n; k++ {
				best, at = lesser(best, at, k, h[k].at)
			}
		}
		if at >= e.at {
			break
		}
		h[i] = h[best]
		i = best
	}
	h[i] = e
}

func lesser(i int, a int64, j int, b int64) (int, int64) {
	_, borrow := bits.Sub64(uint64(b), uint64(a), 0)
	mask := -int64(borrow) // all ones when b < a
	return i ^ (i^j)&int(mask), a ^ (a^b)&mask
}

func (y *yardstick) push(q, s int, at int64) {
	ring := y.queue[s]
	if q > len(ring) {
		bigger := make([]int64, 2*len(ring))
		for i := range ring {
			bigger[(y.head[s]+i)&(len(bigger)-1)] = ring[(y.head[s]+i)&(len(ring)-1)]
		}
		y.queue[s], ring = bigger, bigger
	}
	ring[(y.head[s]+q-1)&(len(ring)-1)] = at
}

// run simulates requests arrivals with mean service 1 s.
func (y *yardstick) run(requests int) {
	gap := 1e9 / (0.8 * float64(len(y.count)))
	for requests > 0 {
		next := y.next
		if len(y.heap) == 0 || next < y.heap[0].at {
			s := y.pick(y)
			y.count[s]++
			y.push(int(y.count[s]), s, next)
			if y.count[s] == 1 {
				e := yardEvent{next + int64(y.rng.ExpFloat64()*1e9), int64(s)}
				y.heap = append(y.heap, e)
				y.up(len(y.heap)-1, e)
			}
			y.started(y, s)
			y.next += int64(y.rng.ExpFloat64() * gap)
			requests--
			continue
		}
		now, s := y.heap[0].at, int(y.heap[0].server)
		ring := y.queue[s]
		y.hist.Add(histogram.Index(time.Duration(now - ring[y.head[s]&(len(ring)-1)])))
		y.head[s]++
		y.count[s]--
		if y.count[s] > 0 {
			y.down(yardEvent{now + int64(y.rng.ExpFloat64()*1e9), int64(s)})
		} else {
			last := y.heap[len(y.heap)-1]
			y.heap = y.heap[:len(y.heap)-1]
			if len(y.heap) > 0 {
				y.down(last)
			}
		}
		y.ended(y, s)
	}
}
