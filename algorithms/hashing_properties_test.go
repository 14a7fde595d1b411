package algorithms

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lbsim/random"
	"lbsim/random/drawn"
)

// TestNoKeyMovesBetweenThoseThatStay: by any sequence of joins, removals and changes
// of readiness, of members of one weight, a key moves only from who left to anybody
// and from anybody to who came. That the keys of who is out go back to it when it
// returns follows. At least two thirds are ready: with fewer, methods that hash
// again or throw darts settle for anybody at some point. Of the methods by buckets
// only who is ready leaves, as documented.
func TestNoKeyMovesBetweenThoseThatStay(t *testing.T) {
	keys := someKeys(200, "key")
	for _, text := range append([]string{"ring_hash:points=5", "anchor_hash:capacity=64", "multi_probe:probes=2"}, leastMoving...) {
		t.Run(text, func(t *testing.T) {
			moves := 0
			drawn.Until(t, func(rt *rapid.T) {
				m := newMachine(t, rt, text)
				for slot := range m.Members {
					m.Members[slot].Weight = 1
				}
				m.picker.Rebuilt(m.Set)
				for range 25 {
					before := homes(m.pool, keys)
					gone, came := m.oneChange()
					n, wrong := moved(m.pool, keys, before, func(was, is int32) bool { return was == gone || is == came })
					if wrong > 0 {
						rt.Fatalf("%d keys moved between members that stayed; %d left, %d came", wrong, gone, came)
					}
					moves += n
				}
			}, func(t drawn.Missing) {
				if moves < 1000 {
					t.Errorf("only %d keys moved", moves)
				}
			})
		})
	}
}

// oneChange lets one member join, leave, become ready or not, and returns who went
// and who came; -1 when nobody.
func (m *machine) oneChange() (gone, came int32) {
	slot := m.anyone()
	in := m.Members[slot].Key != ""
	_, buckets := m.picker.(*bucketHash)
	spare := len(m.Ready) > 1 && 3*(len(m.Ready)-1) >= 2*membersOf(m.Set)
	switch k := m.rnd.IntN(4); {
	case k == 0 && m.Len() < 40:
		return -1, m.join(1, true)
	case k == 1 && in && spare && (m.IsReady(slot) || !buckets):
		m.remove(slot)
		return slot, -1
	case in && !m.IsReady(slot):
		m.ready(slot, true)
		return -1, slot
	case in && spare:
		m.ready(slot, false)
		return slot, -1
	}
	return -1, -1
}

// TestKeysComeBack: after any changes of readiness all keys are where they were when
// all are ready again, with every method, those that settle for anybody or rebuild
// in between included.
func TestKeysComeBack(t *testing.T) {
	keys := someKeys(500, "key")
	for _, text := range variants(t) {
		choice, _ := Parse(text)
		if !choice.Spec.NeedsKey {
			continue
		}
		p := newPool(t, text, mixedWeights(20)...)
		before := homes(p, keys)
		rnd := random.New(4, "slots", 0)
		for range 60 {
			slot := int32(rnd.IntN(20))
			p.ready(slot, !p.IsReady(slot))
			if len(p.Ready) > 0 {
				homes(p, keys)
			}
		}
		for slot := range int32(20) {
			p.ready(slot, true)
		}
		if !slices.Equal(before, homes(p, keys)) {
			t.Errorf("%s: not all keys came back", text)
		}
	}
}

// TestMaglevMovement: a removal moves the removed member's entries and some others,
// of those no more than a few hundredths with a hundred entries for each member;
// weights are honoured to within two entries of the table.
func TestMaglevMovement(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		weights := rapid.SliceOfN(rapid.SampledFrom([]float64{1, 2, 3, 0.5}), 2, 20).Draw(rt, "weights")
		const size = 2003
		p := newPool(t, fmt.Sprintf("maglev:table_size=%d", size), weights...)
		before := entries(p, size)
		each := make([]float64, len(weights))
		for _, slot := range before {
			each[slot]++
		}
		for slot, n := range each {
			share := weights[slot] / sumOf(weights)
			if want := size * share; math.Abs(n-want) > 2+share*float64(len(weights)) {
				rt.Errorf("slot %d of weight %v has %v entries, want %v", slot, weights[slot], n, want)
			}
		}
		gone := int32(rapid.IntRange(0, len(weights)-1).Draw(rt, "gone"))
		p.remove(gone)
		others := 0
		for at, slot := range entries(p, size) {
			if before[at] != gone && before[at] != slot {
				others++
			}
		}
		if others > size/10 {
			rt.Errorf("%d of %d entries moved between members that stayed", others, size)
		}
	})
}

// TestMultiProbeEvenness: with k probes no share is far beyond 1 + 2/k of the mean,
// where a ring of one point a member has members of several times the mean. The
// shares are of 200,000 keys over 50 members: 4,000 each, give or take 63; five of
// those are 8%.
func TestMultiProbeEvenness(t *testing.T) {
	for _, probes := range []int{5, 21} {
		p := newPool(t, fmt.Sprintf("multi_probe:probes=%d", probes), equalWeights(50)...)
		if most := slices.Max(keyShares(p, 200000, 1)); most > 1+2/float64(probes)+0.08 {
			t.Errorf("%d probes: the greatest share is %v of the mean", probes, most)
		}
	}
}

// TestEvenBuckets: jump and anchor stay exactly even after removals. Five binomial
// standard deviations.
func TestEvenBuckets(t *testing.T) {
	const keys = 200000
	for _, text := range []string{"jump_hash", "anchor_hash", "anchor_hash:capacity=3"} {
		p := newPool(t, text, equalWeights(20)...)
		for _, slot := range []int32{3, 19, 0, 7, 8, 12, 5} {
			p.remove(slot)
		}
		p.join(1, true)
		p.remove(11)
		share := 1 / float64(len(p.Ready))
		for slot, got := range keyShares(p, keys, 3) {
			want := 0.0
			if p.IsReady(int32(slot)) {
				want = share
			}
			near(t, fmt.Sprintf("%s: share of slot %d", text, slot), got/float64(p.Len()), want, 5*math.Sqrt(want*(1-want)/keys))
		}
	}
}

// TestMemoryBytes: pickers that keep tables say what they take, and those that place
// more points take more.
func TestMemoryBytes(t *testing.T) {
	for _, text := range variants(t) {
		choice, _ := Parse(text)
		if !choice.Spec.NeedsKey {
			continue
		}
		small, ok := newPool(t, text, equalWeights(10)...).picker.(Sized)
		if !ok {
			t.Errorf("%s keeps tables and does not say how large", text)
			continue
		}
		large := newPool(t, text, equalWeights(1000)...).picker.(Sized)
		if a, b := small.MemoryBytes(), large.MemoryBytes(); a <= 0 || b < a {
			t.Errorf("%s: %d bytes for 10 endpoints, %d for 1000", text, a, b)
		}
	}
	if got := newPool(t, "maglev", 1).picker.(Sized).MemoryBytes(); got != 2*4*65537 {
		t.Errorf("maglev: %d bytes", got)
	}
}
