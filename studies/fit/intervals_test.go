package fit

import (
	"math"
	"os"
	"testing"

	"lbsim/random"
)

// flowOf draws arrivals of a Poisson process whose rate, never above most, changes.
func flowOf(rate func(at float64) float64, most, seconds float64, resolution int64, seed uint64) *flow {
	src := random.New(seed, "arrivals", 0)
	c := newCounts(0, resolution)
	for at := 0.0; ; {
		at -= math.Log(1-src.Float64()) / most
		if at >= seconds {
			break
		}
		if src.Float64()*most < rate(at) {
			c.add(int64(at * 1e9))
		}
	}
	f := &flow{fine: c}
	f.counts, f.width = c.whole(1000, 20)
	f.scatter = localScatter(f.counts)
	return f
}

// covered counts how often intervals of 95% miss, each parameter for itself: those of one log
// hang together.
type covered struct {
	names  []string
	misses []int
}

func (c *covered) count(all []Parameter, truth []float64) {
	c.misses = append(c.misses, make([]int, len(truth)-len(c.misses))...)
	c.names = c.names[:0]
	for i, p := range all {
		c.names = append(c.names, p.Name)
		if p.Low != nil && (truth[i] < *p.Low || *p.High < truth[i]) {
			c.misses[i]++
		}
	}
}

// check allows four standard deviations of a binomial count beyond what 95% miss: of 100
// logs 5 + 4·√(100·0.05·0.95) = 13.7. Intervals of curvature missed 17 of 100.
func (c *covered) check(t *testing.T, logs int) {
	t.Helper()
	n := float64(logs)
	t.Logf("missed in %d logs: %v %v", logs, c.names, c.misses)
	for i, misses := range c.misses {
		if float64(misses) > 0.05*n+4*math.Sqrt(n*0.05*0.95) {
			t.Errorf("%s: %d of %d intervals miss the truth", c.names[i], misses, logs)
		}
	}
}

// many logs are drawn with LBSIM_TRUTH=1, and those of all cases.
func many(few int) (logs int, all bool) {
	if os.Getenv("LBSIM_TRUTH") == "1" {
		return 400, true
	}
	return few, false
}

// The set of instants at which a rate may have changed holds the one at which it did, and the
// rates' intervals hold theirs, where the clock shows each request and where it does not,
// where changes are great and where they are just seen.
func TestIntervalsOfSteps(t *testing.T) {
	for i, c := range []struct {
		name       string
		truth      []float64 // instants and rates
		seconds    float64
		resolution int64
	}{
		{"short", []float64{0, 40, 7.02, 80, 15.313, 40}, 30, 1},
		{"just seen", []float64{0, 200, 71.2, 215, 170.1, 190}, 250, 1},
		{"great", []float64{0, 100, 80, 200, 150, 150}, 250, 1},
		{"a clock of seconds", []float64{0, 100, 80.3, 200, 150.7, 150}, 250, 1e9},
		{"from almost nothing", []float64{0, 1, 71.2, 215, 170.1, 2}, 250, 1},
	} {
		logs, all := many(100)
		if i >= 2 && !all {
			break
		}
		t.Run(c.name, func(t *testing.T) {
			rate := func(at float64) float64 {
				for i := len(c.truth) - 2; ; i -= 2 {
					if at >= c.truth[i] {
						return c.truth[i+1]
					}
				}
			}
			var result covered
			alike := 0
			for seed := range uint64(logs) {
				f := flowOf(rate, 220, c.seconds, c.resolution, seed)
				if p := f.stepped(f.cuts()).parameters; len(p) == len(c.truth) {
					result.count(p, c.truth)
					alike++
				}
			}
			result.check(t, alike)
			if alike < logs*95/100 { // a change too many is chance, in 1% to 3% of logs
				t.Errorf("in %d of %d logs the rate changes another number of times", logs-alike, logs)
			}
		})
	}
}

// The intervals of a ramp hold its rates and when it began and how long it took, although
// the likelihood has kinks at both its ends.
func TestIntervalsOfRamps(t *testing.T) {
	for i, c := range []struct {
		name       string
		truth      []float64 // from, to, start, duration
		seconds    float64
		resolution int64
	}{
		{"short", []float64{20, 60, 6, 12}, 25, 1},
		{"just seen", []float64{100, 130, 60, 120}, 250, 1},
		{"great", []float64{100, 300, 60, 120}, 250, 1},
		{"down, a clock of seconds", []float64{300, 100, 20, 50}, 100, 1e9},
	} {
		logs, all := many(100)
		if i >= 1 && !all {
			break
		}
		t.Run(c.name, func(t *testing.T) {
			var result covered
			for seed := range uint64(logs) {
				f := flowOf(func(at float64) float64 { return onRamp(c.truth, at) }, max(c.truth[0], c.truth[1]), c.seconds, c.resolution, seed)
				r, ok := f.ramp()
				if !ok {
					t.Fatal("no ramp")
				}
				result.count(r.parameters, c.truth)
			}
			result.check(t, logs)
		})
	}
}
