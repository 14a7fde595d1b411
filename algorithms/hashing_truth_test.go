package algorithms

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// hashParams are the parameters of the families of hashing. Keys is a number of
// keys in some rows and the keys in others.
type hashParams struct {
	Hosts     []string        `json:"hosts"`
	Servers   []string        `json:"servers"`
	Keys      json.RawMessage `json:"keys"`
	Key       string          `json:"key"`
	Hash      string          `json:"hash"`
	Request   string          `json:"request_hash"`
	PerHost   int             `json:"points_per_host"`
	Weights   []float64       `json:"weights"`
	MinRing   int             `json:"minimum_ring_size"`
	M         int             `json:"M"`
	N         int             `json:"n"`
	Rows      [][2]int        `json:"offset_skip"`
	Removed   *int            `json:"removed"`
	Index     int             `json:"removed_index"`
	Input     string          `json:"input"`
	Length    int             `json:"length"`
	Seed      uint64          `json:"seed"`
	Balls     int             `json:"balls_m"`
	C         float64         `json:"c"`
	Ring      [][2]any        `json:"ring"`
	Capacity  int             `json:"capacity"`
	Before    int             `json:"n_before"`
	After     int             `json:"n_after"`
	K         int             `json:"k"`
	Vnodes    int             `json:"vnodes"`
	PerWeight int             `json:"vnodes_per_unit_weight"`
	Alpha     float64         `json:"zipf_alpha"`
}

// hashRows calls check with each row of a family.
func hashRows(t *testing.T, family string, check func(t *testing.T, r truth, p hashParams)) {
	for _, r := range truthRows(t, family) {
		t.Run(r.ID, func(t *testing.T) {
			var p hashParams
			r.Decode(t, &p)
			check(t, r, p)
		})
	}
}

func (p hashParams) texts(t *testing.T) (keys []string) {
	t.Helper()
	if err := json.Unmarshal(p.Keys, &keys); err != nil {
		t.Fatal(err)
	}
	return keys
}

func (p hashParams) count(t *testing.T) (n int) {
	t.Helper()
	if err := json.Unmarshal(p.Keys, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func equal(t *testing.T, r truth, got string) {
	t.Helper()
	if got != r.Expected {
		t.Errorf("%s = %s, want %s", r.Metric, got, r.Expected)
	}
}

// words prints values with a blank between them.
func words[T any](values []T) string {
	return strings.Trim(fmt.Sprint(values), "[]")
}

// ringOf returns the ring beneath p.
func ringOf(p *pool) *ringHash {
	switch x := p.picker.(type) {
	case *ketamaRing:
		return &x.ringHash
	case *nginxRing:
		return &x.ringHash
	case *boundedLoad:
		return x.over.(*ringHash)
	}
	return p.picker.(*ringHash)
}

// TestTruthMaglev: tables entry by entry, their evenness, and how many entries a
// removal changes beside the removed member's own, averaged over names.
func TestTruthMaglev(t *testing.T) {
	hashRows(t, "maglevv", func(t *testing.T, r truth, p hashParams) {
		if p.Hosts != nil {
			pool := newPoolOf(t, fmt.Sprintf("maglev:table_size=%d", p.M), p.Hosts, equalWeights(len(p.Hosts))...)
			equal(t, r, words(entries(pool, p.M)))
			return
		}
		var rows []maglevRow
		for slot, row := range p.Rows {
			if p.Removed == nil || slot != *p.Removed {
				rows = append(rows, maglevRow{slot: int32(slot), weight: 1, offset: row[0], skip: row[1]})
			}
		}
		table := make([]int32, p.M)
		fillMaglev(table, rows)
		equal(t, r, words(table))
	})
	hashRows(t, "maglev", func(t *testing.T, r truth, p hashParams) {
		text := fmt.Sprintf("maglev:table_size=%d", p.M)
		if r.Kind != "exact" {
			var changed sample
			for i := range max(40, 400000/p.M) {
				pool := newPoolOf(t, text, numbered(fmt.Sprint(r.ID, i, "-"), p.N), equalWeights(p.N)...)
				before := entries(pool, p.M)
				gone := int32(i % p.N)
				pool.remove(gone)
				moved := 0
				for at, slot := range entries(pool, p.M) {
					if before[at] != gone && before[at] != slot {
						moved++
					}
				}
				changed.add(float64(moved) / float64(p.M))
			}
			near(t, r.Metric, changed.mean(), r.Value(), 4*math.Hypot(r.StandardError(), changed.se()))
			return
		}
		each := make([]float64, p.N)
		for _, slot := range entries(newPool(t, text, equalWeights(p.N)...), p.M) {
			each[slot]++
		}
		got := slices.Max(each)
		if strings.HasPrefix(r.Metric, "peak") {
			got *= float64(p.N) / float64(p.M)
		}
		near(t, r.Metric, got, r.Value(), 1e-9*r.Value())
	})
}

// entries returns whom the hashes 0 … m-1 lead to.
func entries(p *pool, m int) []int32 {
	slots := make([]int32, m)
	for at := range slots {
		slots[at] = p.pick(&Request{Key: uint64(at), HasKey: true})
	}
	return slots
}

// TestTruthBounded: no bin above its capacity at any time, whether keys are many or
// one, and the published rule's assignment of keys in order.
func TestTruthBounded(t *testing.T) {
	hashRows(t, "bounded", func(t *testing.T, r truth, p hashParams) {
		if p.Ring == nil {
			for _, over := range []string{"ring_hash", "maglev", "rendezvous"} {
				for _, keys := range []int{1, 7, p.Balls} {
					pool := newPool(t, fmt.Sprintf("bounded_load:over=%s,factor=%v", over, p.C), equalWeights(p.N)...)
					for i := range p.Balls {
						pool.start(pool.pick(&Request{Key: mix64(uint64(i % keys)), HasKey: true}))
					}
					if most := slices.Max(pool.InFlight); float64(most) > r.Value() {
						t.Errorf("%s, %d keys: %d in a bin, want %s at most", over, keys, most, r.Expected)
					}
				}
			}
			return
		}
		pool := newPoolOf(t, fmt.Sprintf("bounded_load:rule=fixed,limit=%d", p.Capacity), []string{"A", "B", "C"}, equalWeights(3)...)
		var points []ringPoint
		for _, point := range p.Ring {
			points = append(points, ringPoint{uint64(point[0].(float64)), int32(point[1].(string)[0] - 'A')})
		}
		ringOf(pool).take(points, pool.Set)
		var keys []uint64
		if err := json.Unmarshal(p.Keys, &keys); err != nil {
			t.Fatal(err)
		}
		var bins []string
		for _, key := range keys {
			slot := pool.pick(&Request{Key: key, HasKey: true})
			pool.start(slot)
			bins = append(bins, pool.Members[slot].Key)
		}
		equal(t, r, words(bins))
	})
}
