package algorithms

import (
	"fmt"
	"testing"

	"lbsim/random"
)

// hashes are the methods that BenchmarkLookup and BenchmarkChange measure.
var hashes = []string{
	"modulo", "ring_hash", "ring_hash:profile=ketama", "ring_hash:profile=nginx", "ring_hash:profile=envoy", "maglev", "jump_hash",
	"anchor_hash", "multi_probe", "rendezvous", "rendezvous:profile=darts", "bounded_load", "bounded_load:over=maglev",
}

// BenchmarkLookup measures a pick by key alone: no start, no finish. The aims, at
// 100 endpoints: maglev and jump_hash below 10 ns, ring_hash below 60 ns. jump_hash does not
// reach it: its six jumps divide, and each waits for the one before.
func BenchmarkLookup(b *testing.B) {
	for _, text := range hashes {
		for _, n := range []int{10, 100, 1000} {
			b.Run(fmt.Sprintf("%s/%d", text, n), func(b *testing.B) {
				p := newPool(b, text, equalWeights(n)...)
				rnd := random.New(1, "keys", 0)
				r := Request{HasKey: true}
				b.ReportAllocs()
				for b.Loop() {
					r.Key = rnd.Uint64()
					p.picker.Pick(0, p.Set, &r)
				}
			})
		}
	}
}

// BenchmarkChange measures one endpoint's leaving and coming back: two changes of
// the members, each with the picker's rebuilding and the first pick after it.
func BenchmarkChange(b *testing.B) {
	for _, text := range hashes {
		for _, n := range []int{100, 1000} {
			b.Run(fmt.Sprintf("%s/%d", text, n), func(b *testing.B) {
				p := newPool(b, text, equalWeights(n)...)
				r := Request{HasKey: true}
				for b.Loop() {
					gone := p.Members[n/2]
					p.remove(int32(n / 2))
					p.pick(&r)
					p.SetReady(p.Insert(gone), true)
					p.picker.Rebuilt(p.Set)
					p.pick(&r)
				}
			})
		}
	}
}
