package algorithms

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lbsim/random/drawn"
)

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
			drawn.Until(t, func(rt *rapid.T) {
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
			}, func(t drawn.Missing) {
				if picks < 5000 || away < 500 {
					t.Errorf("only %d picks, %d of them away from home", picks, away)
				}
			})
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
