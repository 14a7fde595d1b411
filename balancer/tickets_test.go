package balancer_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random/drawn"
)

// A ticket that outlives its endpoint does no harm, not even when the endpoint's
// slot, or its name, belongs to another by then.
func TestLateFinishIsHarmless(t *testing.T) {
	lb := newBalancer(t, nil, "least_connections")
	finish := func(ticket balancer.Ticket) { lb.Finish(9, &balancer.Request{}, ticket, balancer.OK) }
	lb.SetEndpoints(0, 0, endpoints("a"))
	first, second := send(t, lb, 0, &balancer.Request{}), send(t, lb, 1, &balancer.Request{})
	lb.SetEndpoints(2, 0, nil)
	finish(first) // a has left

	lb.SetEndpoints(9, 0, endpoints("b"))
	if slotOf(t, lb, "b") != second.Slot {
		t.Fatal("b did not get the slot of a: the case is not exercised")
	}
	newcomer := send(t, lb, 9, &balancer.Request{})
	finish(second) // b has its slot
	if got := lb.InFlight(0, newcomer.Slot); got != 1 {
		t.Errorf("b has %d in flight, want 1", got)
	}

	lb.SetEndpoints(9, 0, nil)
	lb.SetEndpoints(9, 0, endpoints("b"))
	finish(newcomer) // b came back as another
	if got := lb.InFlight(0, newcomer.Slot); got != 0 {
		t.Errorf("the new b has %d in flight, want 0", got)
	}
	lb.ProbeDone(9, balancer.ProbeTicket{Ticket: newcomer}, balancer.ProbeResult{})
}

// An endpoint that stays keeps its slot and what it has in flight, whatever happens
// around it and in whichever order the endpoints are named.
func TestStayingKeepsThePlace(t *testing.T) {
	lb := newBalancer(t, nil, "round_robin")
	lb.SetEndpoints(0, 0, endpoints("a", "b", "c"))
	for range 6 {
		send(t, lb, 0, &balancer.Request{})
	}
	b := slotOf(t, lb, "b")
	lb.SetEndpoints(1, 0, endpoints("z", "y", "x", "b"))
	if slotOf(t, lb, "b") != b || lb.InFlight(0, b) != 2 {
		t.Errorf("b moved from slot %d to %d, with %d in flight", b, slotOf(t, lb, "b"), lb.InFlight(0, b))
	}
	if _, ok := lb.Slot(0, "a"); ok {
		t.Error("a is still there")
	}
}

// A weight that changes takes effect at once: over a round of the new weights every
// endpoint gets its share of it.
func TestWeightsTakeEffect(t *testing.T) {
	lb := newBalancer(t, nil, "weighted_round_robin")
	eps := endpoints("a", "b", "c")
	for _, weights := range [][3]float64{{1, 1, 1}, {3, 1, 2}, {1, 5, 1}} {
		for i := range eps {
			eps[i].Weight = weights[i]
		}
		lb.SetEndpoints(0, 0, eps)
		var got [3]float64
		for range 10 * int(weights[0]+weights[1]+weights[2]) {
			got[send(t, lb, 0, &balancer.Request{}).Slot]++
		}
		for i := range got {
			if got[i] != 10*weights[i] {
				t.Errorf("weights %v: ten rounds gave %v", weights, got)
				break
			}
		}
	}
}

// bookkeeper is the slow oracle of a pool: it knows endpoints by name alone.
type bookkeeper struct {
	lb      *balancer.Balancer
	now     clock.Time
	slots   map[string]int32 // of those who are in
	flights map[string]int
	open    []attempt
}

type attempt struct {
	ticket   balancer.Ticket
	endpoint string
	left     bool // the endpoint has left since
}

func (k *bookkeeper) setEndpoints(t *rapid.T) {
	var eps []balancer.Endpoint
	for _, name := range rapid.Permutation([]string{"a", "b", "c", "d", "e", "f"}).Draw(t, "order") {
		if rapid.IntRange(0, 2).Draw(t, name) > 0 {
			eps = append(eps, balancer.Endpoint{Name: name, Weight: rapid.Float64Range(0.1, 10).Draw(t, "weight")})
		}
	}
	k.lb.SetEndpoints(k.now, 0, eps)
	before := k.slots
	k.slots = map[string]int32{}
	for _, e := range eps {
		slot, ok := k.lb.Slot(0, e.Name)
		if old, stayed := before[e.Name]; !ok || stayed && slot != old {
			t.Fatalf("%s has slot %d (%v), had %d (%v)", e.Name, slot, ok, old, stayed)
		}
		k.slots[e.Name] = slot
	}
	for name := range before {
		if _, stays := k.slots[name]; !stays {
			delete(k.flights, name)
		}
	}
	for i := range k.open {
		if _, stays := k.slots[k.open[i].endpoint]; !stays {
			k.open[i].left = true
		}
	}
}

func (k *bookkeeper) start(t *rapid.T) {
	r := &balancer.Request{}
	r.Key, r.HasKey = rapid.Uint64().Draw(t, "key"), true
	d := k.lb.Start(k.now, r)
	if len(k.slots) == 0 {
		if d.Kind != balancer.Reject {
			t.Fatalf("%+v without an endpoint", d)
		}
		return
	}
	for name, slot := range k.slots {
		if d.Kind == balancer.Send && slot == d.Ticket.Slot {
			k.flights[name]++
			k.open = append(k.open, attempt{ticket: d.Ticket, endpoint: name})
			return
		}
	}
	t.Fatalf("%+v, which is none of %v", d, k.slots)
}

func (k *bookkeeper) finish(t *rapid.T, i int) {
	a := k.open[i]
	outcome := balancer.Outcome(rapid.IntRange(int(balancer.OK), int(balancer.Cancelled)).Draw(t, "outcome"))
	if d := k.lb.Finish(k.now, &balancer.Request{}, a.ticket, outcome); d.Kind != balancer.Finished {
		t.Fatalf("%+v", d)
	}
	k.open = append(k.open[:i], k.open[i+1:]...)
	if !a.left {
		k.flights[a.endpoint]--
	}
}

// Over any sequence of changes, starts and ends in any order, only members are
// picked, the counts in flight are those that a list of names gives, and none is
// left when all is done.
func TestCountsInFlight(t *testing.T) {
	late := 0
	every(t, func(t *testing.T, text string) {
		drawn.Until(t, func(t *rapid.T) {
			k := &bookkeeper{lb: newBalancer(t, nil, text), slots: map[string]int32{}, flights: map[string]int{}}
			check := func() {
				for name, slot := range k.slots {
					if got := k.lb.InFlight(0, slot); got != k.flights[name] {
						t.Fatalf("%s has %d in flight, want %d", name, got, k.flights[name])
					}
				}
			}
			k.setEndpoints(t)
			for range rapid.IntRange(1, 60).Draw(t, "steps") {
				k.now = k.now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "ms")) * time.Millisecond)
				switch what := rapid.IntRange(0, 9).Draw(t, "what"); {
				case what == 0:
					k.setEndpoints(t)
				case what < 6 || len(k.open) == 0:
					k.start(t)
				default:
					i := rapid.IntRange(0, len(k.open)-1).Draw(t, "which")
					if k.open[i].left {
						late++
					}
					k.finish(t, i)
				}
				check()
			}
			for len(k.open) > 0 {
				k.finish(t, 0)
			}
			check()
			for name, n := range k.flights {
				if n != 0 {
					t.Fatalf("%s has %d in flight at the end", name, n)
				}
			}
		}, func(t drawn.Missing) {
		})
	})
	if late == 0 {
		t.Error("no attempt outlived its endpoint: the case was not exercised")
	}
}

// Many endpoints come and go, and slots stay as few as there ever were endpoints.
func TestSlotsAreUsedAgain(t *testing.T) {
	lb := newBalancer(t, nil, "least_connections")
	for i := range 1000 {
		name := fmt.Sprint("e", i)
		lb.SetEndpoints(clock.Time(i), 0, append(numbered(3), balancer.Endpoint{Name: "new-" + name, Weight: 1}))
		if slot := slotOf(t, lb, "new-"+name); slot != 3 {
			t.Fatalf("%s got slot %d", name, slot)
		}
	}
}
