package balancer_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/random"
	"lbsim/studies/truth/answers"
)

// subsetting returns a balancer that uses size of the endpoints, under a seed.
func subsetting(size int, seed uint64) *balancer.Balancer {
	choice, err := algorithms.Parse("round_robin")
	if err != nil {
		panic(err)
	}
	lb, err := balancer.New(balancer.Config{Pools: []balancer.PoolConfig{{Name: "pool", Algorithm: choice, Subset: size}}}, random.NewIndex(seed, "balancer", 0))
	if err != nil {
		panic(err)
	}
	return lb
}

// used returns the names of the endpoints that lb may pick.
func used(lb *balancer.Balancer, eps []balancer.Endpoint) map[string]bool {
	names := map[string]bool{}
	for _, e := range eps {
		if slot, ok := lb.Slot(0, e.Name); ok && lb.Uses(0, slot) {
			names[e.Name] = true
		}
	}
	return names
}

// A subset has the size that was asked for, or all there are; requests go to it alone;
// and one endpoint that comes or goes changes one place of it at most.
func TestSubset(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size, n := rapid.IntRange(1, 12).Draw(t, "size"), rapid.IntRange(1, 20).Draw(t, "endpoints")
		lb, eps := subsetting(size, rapid.Uint64().Draw(t, "seed")), numbered(n)
		lb.SetEndpoints(0, 0, eps)
		before := used(lb, eps)
		if len(before) != min(size, n) {
			t.Fatalf("%d of %d are used, %d were asked for", len(before), n, size)
		}
		for range 2 * n {
			d := lb.Start(0, &balancer.Request{})
			if e := eps[d.Ticket.Slot]; !before[e.Name] {
				t.Fatalf("%s is picked, of which no use is made", e.Name)
			}
		}
		out := rapid.IntRange(0, n-1).Draw(t, "leaves")
		left := append(append([]balancer.Endpoint{}, eps[:out]...), eps[out+1:]...)
		lb.SetEndpoints(0, 0, left)
		moved := 0
		for name := range used(lb, left) {
			if !before[name] {
				moved++
			}
		}
		if most := 1; moved > most || moved == 1 && !before[eps[out].Name] {
			t.Fatalf("%d endpoints came in for one that left", moved)
		}
	})
}

// TestSubsetTruth: how many of 300 balancers use an endpoint, against the known
// answers. The greatest and the least count are compared within four standard errors
// of both sides; the spread is exact, and that of so many counts is known to
// sd/sqrt(2 counts), of which four are allowed (6e-5).
func TestSubsetTruth(t *testing.T) {
	const trials = 60
	run := 0
	type world struct{ clients, backends, size int }
	figures := map[world][3]mean{}
	for _, r := range answers.Of(t, "subset") {
		run++
		var p struct {
			Clients  int `json:"clients"`
			Backends int `json:"backends"`
			Size     int `json:"subset_size"`
		}
		r.Decode(t, &p)
		expected := r.Value()
		w := world{p.Clients, p.Backends, p.Size}
		f, ok := figures[w]
		if !ok {
			for trial := range trials {
				most, least, variance := connections(p.Clients, p.Backends, p.Size, uint64(trial))
				f[0].add(most)
				f[1].add(least)
				f[2].add(variance)
			}
			figures[w] = f
		}
		switch _, kind, _ := strings.Cut(r.ID, fmt.Sprintf(".k%d.", p.Size)); kind {
		case "max", "min":
			m := f[0]
			if kind == "min" {
				m = f[1]
			}
			if limit := 4 * math.Hypot(m.se(), r.StandardError()); math.Abs(m.mean()-expected) > limit {
				t.Errorf("%s: %v, want %v ± %v", r.ID, m.mean(), expected, limit)
			}
		case "sd":
			got := math.Sqrt(f[2].mean())
			if limit := 4 * expected / math.Sqrt(2*trials*float64(p.Backends)); math.Abs(got-expected) > limit {
				t.Errorf("%s: %v, want %v ± %v", r.ID, got, expected, limit)
			}
		default:
			t.Errorf("%s: nothing is known of %s", r.ID, kind)
		}
	}
	if run < 6 {
		t.Errorf("%d rows, there were 6", run)
	}
}

// connections lets every balancer choose its subset and counts, for each endpoint, who
// uses it: the greatest and the least count, and the variance about the mean.
func connections(clients, backends, size int, trial uint64) (most, least, variance float64) {
	eps := numbered(backends)
	count := make([]float64, backends)
	for c := range clients {
		lb := subsetting(size, trial*1_000_003+uint64(c))
		lb.SetEndpoints(0, 0, eps)
		for slot := range count {
			if lb.Uses(0, int32(slot)) {
				count[slot]++
			}
		}
	}
	expected := float64(clients) * float64(size) / float64(backends)
	least = math.Inf(1)
	for _, n := range count {
		most, least = max(most, n), min(least, n)
		variance += (n - expected) * (n - expected) / float64(backends)
	}
	return most, least, variance
}

// mean is a mean with its standard error.
type mean struct{ n, sum, squares float64 }

func (m *mean) add(x float64) { m.n, m.sum, m.squares = m.n+1, m.sum+x, m.squares+x*x }

func (m *mean) mean() float64 { return m.sum / m.n }

func (m *mean) se() float64 { return math.Sqrt((m.squares/m.n - m.mean()*m.mean()) / (m.n - 1)) }
