package balancer

import (
	"testing"
	"time"

	"lbsim/algorithms"
	"lbsim/clock"
	"lbsim/random"
)

// Once the answer has begun to come there is no further copy, and what is cancelled then
// has lost: how long it ran counts, as that of a request whose client went away does not.
func TestWon(t *testing.T) {
	for _, won := range []bool{true, false} {
		choice, err := algorithms.Parse("round_robin")
		if err != nil {
			t.Fatal(err)
		}
		b, err := New(Config{Pools: []PoolConfig{{Name: "p", Algorithm: choice, Hedges: &Hedges{Attempts: 3, Percentile: 0.5}}}}, random.NewIndex(1, "t", 0))
		if err != nil {
			t.Fatal(err)
		}
		b.SetEndpoints(0, 0, []Endpoint{{Name: "a", Weight: 1}, {Name: "b", Weight: 1}, {Name: "c", Weight: 1}})
		h := b.pools[0].hedges
		h.delay = 10 * time.Millisecond // as if known already
		r := Request{ID: 1, Handle: 1, Idempotent: true}
		at := func(ms int64) clock.Time { return clock.Time(ms * int64(time.Millisecond)) }
		first := b.Start(at(0), &r)
		copied := b.Hedge(at(10), &r)
		if first.Kind != Send || copied.Kind != Send {
			t.Fatal(first, copied)
		}
		if won {
			b.Won(at(15), &r)
			r.Final = true
			if d := b.Hedge(at(20), &r); d.Kind != Await {
				t.Errorf("a third attempt after the answer: %+v", d)
			}
			if next, ok := b.NextWake(); ok && next < at(1000) {
				t.Errorf("it still waits for %v", next)
			}
		}
		lost := b.Finish(at(25), &r, first.Ticket, Cancelled)
		if lost.Kind != Await {
			t.Error(lost)
		}
		if d := b.Finish(at(40), &r, copied.Ticket, OK); d.Kind != Finished {
			t.Error(d)
		}
		counted := uint32(0)
		for _, n := range h.latency.windows[0] {
			counted += n
		}
		if want := map[bool]uint32{true: 2, false: 1}[won]; counted != want {
			t.Errorf("won %v: %d latencies counted, want %d", won, counted, want)
		}
		if h.attempts != 0 || h.beside != 0 || b.InFlight(0, 0)+b.InFlight(0, 1) != 0 {
			t.Errorf("%d attempts, %d beside others", h.attempts, h.beside)
		}
	}
}
