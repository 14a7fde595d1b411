package fit

import (
	"cmp"
	"container/heap"
	"slices"

	"lbsim/studies/fit/accesslog"
)

// servers follow what each server had to do, to tell work from waiting.
type servers struct {
	known   map[uint64]int32 // by the hash of the address
	all     []server
	given   int // workers of each; 0: not known
	workers int // that the beginning of the log shows, at least; 0: no number of workers explains it
	blurred bool
	step    int64 // of the clock
	slack   int64 // by which the ends of two requests may be wrong, compared

	timed      int // requests whose response is known
	told       int // whose service the log has
	straight   int // that found a free worker
	impossible int // over before an earlier one could have left them a worker
}

// server has the ends of what it was given: of what may still run or, of known workers, of
// what each did last. The first is the earliest.
type server struct{ ends ends }

// mostServers bounds what is kept of servers; beyond, they are not told apart.
const mostServers = 10_000

func (s *servers) number(hash uint64) int32 {
	if hash == 0 {
		return -1
	}
	i, ok := s.known[hash]
	if !ok {
		if len(s.all) >= mostServers {
			return -1
		}
		i = int32(len(s.all))
		s.known[hash] = i
		s.all = append(s.all, server{})
	}
	return i
}

// candidates for the number of workers.
var workerNumbers = []int{1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128}

// mayBeImpossible is a share of the requests.
const mayBeImpossible = 0.002

// learn finds how many workers a server must have at least: the least number with which
// first-in-first-out explains the first requests, in the order in which they came.
func (s *servers) learn(rows []row, resolution, fineness int64) {
	s.step, s.slack = resolution, 2*(resolution+fineness)
	sum, n := int64(0), int64(0)
	for i := range rows {
		if rows[i].response != accesslog.Unknown {
			sum += rows[i].response
			n++
		}
	}
	if n == 0 || len(s.all) == 0 {
		return
	}
	// Where the clock's step is not short beside what requests take, nothing can be said
	// about which of them was there first.
	if s.blurred = resolution > sum/n/2; s.blurred {
		return
	}
	// Where the clock does not tell who was there first it was who was done first.
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.reached, b.reached), cmp.Compare(a.reached+a.response, b.reached+b.response))
	})
	for _, w := range workerNumbers {
		trial := servers{all: make([]server, len(s.all)), given: w, step: s.step, slack: s.slack}
		for i := range rows {
			trial.serve(&rows[i])
		}
		if float64(trial.impossible) <= mayBeImpossible*float64(trial.timed) {
			s.workers = w
			return
		}
	}
}

// serve returns what a server worked on a request, where that is known: the log has it; or
// the request found a free worker, so all of its response was work; or, of known workers, it
// began when the first of them was free.
func (s *servers) serve(r *row) (service int64, ok bool) {
	if r.service != accesslog.Unknown {
		s.told++
		return r.service, true
	}
	if r.response == accesslog.Unknown || r.server < 0 || s.blurred {
		return 0, false
	}
	s.timed++
	e := &s.all[r.server].ends
	end := r.reached + r.response
	if s.given > 0 {
		began := r.reached
		if len(*e) == s.given {
			began = max(began, (*e)[0])
			if end < began-s.slack {
				s.impossible++
				return 0, false
			}
			(*e)[0] = end
			heap.Fix(e, 0)
		} else {
			heap.Push(e, end)
		}
		if began == r.reached {
			s.straight++
		}
		return max(0, end-began), true
	}
	for len(*e) > 0 && (*e)[0] <= r.reached-s.step {
		heap.Pop(e)
	}
	free := len(*e) < max(1, s.workers)
	heap.Push(e, end)
	if free {
		s.straight++
	}
	return r.response, free
}

// ends is a heap of instants.
type ends []int64

func (e ends) Len() int           { return len(e) }
func (e ends) Less(i, j int) bool { return e[i] < e[j] }
func (e ends) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *ends) Push(x any)        { *e = append(*e, x.(int64)) }
func (e *ends) Pop() any {
	last := (*e)[len(*e)-1]
	*e = slices.Delete(*e, len(*e)-1, len(*e))
	return last
}
