package algorithms

import (
	"fmt"
	"math"
	"net/netip"
	"testing"

	"lbsim/clock"
	"lbsim/random"
)

// pool is what the tests drive a picker with: a set and a picker that is told of
// every change as the contract says, as package balancer does it.
type pool struct {
	*Set
	spec   *Spec
	picker Picker
	now    clock.Time
	names  int
}

func newPool(t testing.TB, text string, weights ...float64) *pool {
	t.Helper()
	return newPoolFrom(t, text, random.New(1, "picker", 0), weights...)
}

func newPoolFrom(t testing.TB, text string, rnd random.Source, weights ...float64) *pool {
	t.Helper()
	choice, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	picker, err := choice.New(rnd)
	if err != nil {
		t.Fatal(err)
	}
	p := &pool{spec: choice.Spec, picker: picker}
	members := make([]Member, len(weights))
	for i, w := range weights {
		members[i] = Member{Key: fmt.Sprintf("e%d", i), Weight: w}
	}
	p.names = len(members)
	p.Set = NewSet(members)
	picker.Rebuilt(p.Set)
	return p
}

// newPoolOf returns a pool of members with the given names.
func newPoolOf(t testing.TB, text string, names []string, weights ...float64) *pool {
	t.Helper()
	p := newPool(t, text)
	for i, name := range names {
		p.SetReady(p.Insert(Member{Key: name, Weight: weights[i]}), true)
	}
	p.picker.Rebuilt(p.Set)
	return p
}

// numbered returns n names that begin with prefix.
func numbered(prefix string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s%d", prefix, i)
	}
	return names
}

func equalWeights(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 1
	}
	return w
}

func mixedWeights(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = float64(1 + i%4)
	}
	return w
}

func (p *pool) pick(r *Request) int32 { return p.picker.Pick(p.now, p.Set, r) }

func (p *pool) start(slot int32) {
	p.InFlight[slot]++
	if p.spec.WatchesLoad {
		p.picker.Changed(p.Set, slot, Started)
	}
}

func (p *pool) finish(slot int32) {
	p.InFlight[slot]--
	if p.spec.WatchesLoad {
		p.picker.Changed(p.Set, slot, Finished)
	}
}

func (p *pool) ready(slot int32, ready bool) {
	if p.SetReady(slot, ready) {
		what := Unreadied
		if ready {
			what = Readied
		}
		p.picker.Changed(p.Set, slot, what)
	}
}

func (p *pool) reweigh(slot int32, w float64) {
	p.Weight[slot] = w
	p.picker.Changed(p.Set, slot, Reweighted)
}

func (p *pool) join(weight float64, ready bool) int32 {
	slot := p.Insert(Member{Key: fmt.Sprintf("e%d", p.names), Weight: weight})
	p.names++
	p.SetReady(slot, ready)
	p.picker.Rebuilt(p.Set)
	return slot
}

func (p *pool) remove(slot int32) {
	p.Remove(slot)
	p.picker.Rebuilt(p.Set)
}

func (p *pool) observe(slot int32, o Observation) {
	if observer, ok := p.picker.(Observer); ok {
		observer.Observe(p.now, p.Set, slot, o)
	}
}

// aRequest returns a request with a random client and key.
func aRequest(rnd *random.Source) *Request {
	u := rnd.Uint64()
	return &Request{
		Client: netip.AddrFrom4([4]byte{byte(u), byte(u >> 8), byte(u >> 16), byte(u >> 24)}),
		Key:    rnd.Uint64(), HasKey: true,
	}
}

// letters runs n picks, none of them in flight, and spells the slots a, b, c ….
func (p *pool) sequence(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = p.pick(&Request{})
	}
	return out
}

// near fails unless got is within tolerance of want.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance {
		t.Errorf("%s = %v, want %v within %v", what, got, want, tolerance)
	}
}
