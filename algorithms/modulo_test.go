package algorithms

import (
	"fmt"
	"hash/crc32"
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"lbsim/random"
	"lbsim/random/drawn"
)

// TestModuloAgainstList: a walk over the list of those that are ready, in order of
// their joining.
func TestModuloAgainstList(t *testing.T) {
	againstOracle(t, "modulo", func(m *machine, key uint64, fits func(int32) bool) int32 {
		bySlot := map[string]int32{}
		for slot, member := range m.Members {
			bySlot[member.Key] = int32(slot)
		}
		// Names are numbered as they join, so the list is in order of numbers.
		var names []string
		for i := range m.names {
			if _, in := bySlot[fmt.Sprintf("e%d", i)]; in {
				names = append(names, fmt.Sprintf("e%d", i))
			}
		}
		var line []int32
		whole, total := true, 0.0
		even := true
		for _, name := range names {
			if slot := bySlot[name]; m.IsReady(slot) {
				w := m.Members[slot].Weight
				whole = whole && w == math.Trunc(w)
				line = append(line, slot)
				even = even && w == m.Members[line[0]].Weight
				total += w
			}
		}
		place := float64(key>>11) / (1 << 53) * total
		if whole {
			place = float64(key % uint64(total))
		}
		at := 0
		if even {
			at = int(key % uint64(len(line)))
		} else {
			for place >= m.Members[line[at]].Weight {
				place -= m.Members[line[at]].Weight
				at++
			}
		}
		for !fits(line[at]) {
			at = (at + 1) % len(line)
		}
		return line[at]
	})
}

// TestModuloAgainstNGINX: the module's loop over the text of keys.
func TestModuloAgainstNGINX(t *testing.T) {
	again, gaveUp := 0, 0
	drawn.Until(t, func(rt *rapid.T) {
		weights := rapid.SliceOfN(rapid.SampledFrom([]float64{1, 1, 2, 5}), 2, 9).Draw(rt, "weights")
		p := newPool(t, "modulo:profile=nginx", weights...)
		rnd := random.New(rapid.Uint64().Draw(rt, "seed"), "", 0)
		in := 1 + rnd.IntN(8)
		for slot := range p.Members {
			p.ready(int32(slot), slot == 0 || rnd.IntN(8) < in)
		}
		for range 100 {
			key := rapid.StringN(0, 30, -1).Draw(rt, "key")
			h, want := 0, int32(-1)
			for i := 0; i <= 20 && want < 0; i++ {
				text := key
				if i > 0 {
					text = strconv.Itoa(i) + key
					again++
				}
				h += int(crc32.ChecksumIEEE([]byte(text)) >> 16 & 0x7fff)
				w, at := h%int(sumOf(weights)), 0
				for w >= int(weights[at]) {
					w -= int(weights[at])
					at++
				}
				if p.IsReady(int32(at)) {
					want = int32(at)
				}
			}
			if got := p.pick(p.keyed(key)); want < 0 {
				gaveUp++
			} else if got != want {
				rt.Fatalf("%q: picked %d, want %d", key, got, want)
			}
		}
	}, func(t drawn.Missing) {
		if again < 1000 || gaveUp == 0 {
			t.Errorf("only %d hashes again and %d falls to round robin", again, gaveUp)
		}
	})
}
