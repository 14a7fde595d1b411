package algorithms

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lbsim/random"
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
			rapid.Check(t, func(rt *rapid.T) {
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
			})
			if moves < 1000 {
				t.Errorf("only %d keys moved", moves)
			}
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

// TestBoundedLimits: by any sequence of requests, finishes and changes no first
// attempt brings a member above its limit of that moment, for each rule, worked out
// here from whole sums; and a key is on its own member when that has room.
func TestBoundedLimits(t *testing.T) {
	for _, text := range []string{
		"over=ring_hash", "over=maglev", "over=rendezvous", "rule=haproxy", "rule=envoy", "rule=haproxy,over=maglev,factor=1.01", "factor=1.01", "factor=3,over=rendezvous",
	} {
		text = "bounded_load:" + text
		t.Run(text, func(t *testing.T) {
			picks, away := 0, 0
			rapid.Check(t, func(rt *rapid.T) {
				m := newMachine(t, rt, text)
				choice, _ := Parse(text)
				for range 150 {
					switch m.rnd.IntN(12) {
					case 0:
						m.end1()
					case 1:
						m.toggle()
					case 2:
						if m.rnd.IntN(4) == 0 {
							m.join(2, true)
						}
					case 3:
						if m.rnd.IntN(4) == 0 {
							m.leave()
						}
					}
					if len(m.Ready) == 0 {
						continue
					}
					r := &Request{Key: mix64(uint64(m.rnd.IntN(3))), HasKey: m.rnd.IntN(5) > 0}
					home := int32(-1)
					if r.HasKey {
						f := fitFor(m.Set, r)
						home = m.picker.(*boundedLoad).over.find(r.Key, &f)
					}
					total := int32(1) // with the one that is coming
					for _, slot := range m.Ready {
						total += m.InFlight[slot]
					}
					slot := m.pick(r)
					if m.InFlight[slot]+1 > boundOf(m.Set, slot, total, choice) {
						rt.Fatalf("slot %d would have %d of %d in flight, its limit is %d; weights %v, ready %v", slot,
							m.InFlight[slot]+1, total, boundOf(m.Set, slot, total, choice), m.Weight, m.Ready)
					}
					if home >= 0 && slot != home {
						if away++; m.InFlight[home] < boundOf(m.Set, home, total, choice) {
							rt.Fatalf("key %x went to %d, and %d has room", r.Key, slot, home)
						}
					}
					m.start(slot)
					m.open = append(m.open, slot)
					picks++
				}
			})
			if picks < 5000 || away < 500 {
				t.Errorf("only %d picks, %d of them away from home", picks, away)
			}
		})
	}
}

func (m *machine) end1() {
	if len(m.open) > 0 {
		m.end()
	}
}

// boundOf returns how many slot may have in flight when there are total, weights in
// eighths and the factor in hundredths, so that all are whole numbers.
func boundOf(s *Set, slot, total int32, choice Choice) int32 {
	up := func(a, b int64) int64 { return (a + b - 1) / b }
	factor := int64(math.Round(choice.Values.Float("factor") * 100))
	var all, before int64
	for _, other := range s.Ready {
		if other == slot {
			before = all
		}
		all += int64(8 * s.Weight[other])
	}
	w := int64(8 * s.Weight[slot])
	slots := up(factor*int64(total), 100)
	switch choice.Values.Text("rule") {
	case "haproxy":
		return int32(max(1, slots*(before+w)/all-slots*before/all))
	case "envoy":
		return int32(max(1, up(slots*w, all)) + 1)
	}
	return int32(up(factor*int64(total)*w, 100*all))
}

// TestFixedLimit: with a limit of two for each unit of weight a hot key fills its
// member, then the next ones; when all are full it goes home.
func TestFixedLimit(t *testing.T) {
	p := newPool(t, "bounded_load:rule=fixed,limit=2", 1, 2, 1)
	r := &Request{Key: 77, HasKey: true}
	home := p.pick(r)
	for range 8 {
		p.start(p.pick(r))
	}
	if !slices.Equal(p.InFlight, []int32{2, 4, 2}) {
		t.Fatalf("in flight: %v", p.InFlight)
	}
	for range 3 {
		if slot := p.pick(r); slot != home {
			t.Errorf("all are full, and the key went to %d, not home to %d", slot, home)
		}
		p.start(home)
	}
	other := (home + 1) % 3
	p.finish(other)
	if slot := p.pick(r); slot != other {
		t.Errorf("%d has room, and the key went to %d", other, slot)
	}
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
