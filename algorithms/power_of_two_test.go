package algorithms

import (
	"fmt"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"lbsim/random"
)

// TestPowerOfTwoLaws compares the picks with the exact law. With in-flight counts
// 0, 1, 2, 3, 4 over five members, the member of rank k (from 0) is picked
//
//	of d distinct          C(5-1-k, d-1) / C(5, d)
//	of d with replacement  ((5-k)/5)^d - ((4-k)/5)^d
//
// times in a hundred thousand, give or take five binomial standard deviations.
func TestPowerOfTwoLaws(t *testing.T) {
	const picks, n = 100000, 5
	choose := func(n, k int) float64 {
		c := 1.0
		for i := range k {
			c = c * float64(n-i) / float64(i+1)
		}
		return c
	}
	for _, c := range []struct {
		text string
		law  func(k int) float64
	}{
		{"p2c", func(k int) float64 { return choose(n-1-k, 1) / choose(n, 2) }},
		{"p2c:choices=3", func(k int) float64 { return choose(n-1-k, 2) / choose(n, 3) }},
		{"p2c:replacement=true", func(k int) float64 { return math.Pow(float64(n-k)/n, 2) - math.Pow(float64(n-1-k)/n, 2) }},
		{"p2c:choices=9", func(k int) float64 { return choose(n-1-k, 4) / choose(n, 5) }},
	} {
		p := newPool(t, c.text, equalWeights(n)...)
		copy(p.InFlight, []int32{3, 0, 4, 1, 2}) // the rank of each slot
		count := [n]float64{}
		for range picks {
			count[p.InFlight[p.pick(&Request{})]]++
		}
		for k, got := range count {
			q := c.law(k)
			near(t, fmt.Sprintf("%s: picks of rank %d", c.text, k), got, picks*q, 5*math.Sqrt(picks*q*(1-q)))
		}
	}
}

// TestWeightedPairs: of two distinct draws by weight, the pair {a, b} comes up
// with w_a/W w_b/(W-w_a) + w_b/W w_a/(W-w_b), and the idle one of it wins.
func TestWeightedPairs(t *testing.T) {
	const picks = 100000
	w := []float64{1, 2, 5}
	p := newPool(t, "p2c", w...)
	copy(p.InFlight, []int32{0, 100, 900}) // a beats all, b beats c: 100/2 < 900/5
	pair := func(a, b int) float64 { return w[a]/8*w[b]/(8-w[a]) + w[b]/8*w[a]/(8-w[b]) }
	count := [3]float64{}
	for range picks {
		count[p.pick(&Request{})]++
	}
	for slot, q := range []float64{pair(0, 1) + pair(0, 2), pair(1, 2), 0} {
		near(t, fmt.Sprintf("picks of slot %d", slot), count[slot], picks*q, 5*math.Sqrt(picks*q*(1-q)))
	}
}

// TestTiesGoToTheLastDrawn: of two idle members of weights 3 and 1 NGINX takes the second
// that it draws, which is the light one three times of four.
func TestTiesGoToTheLastDrawn(t *testing.T) {
	const picks = 40000
	for text, q := range map[string]float64{"p2c": 3. / 4, "p2c:ties=last": 1. / 4} {
		p := newPool(t, text, 3, 1)
		count := 0.0
		for range picks {
			if p.pick(&Request{}) == 0 {
				count++
			}
		}
		near(t, text, count, picks*q, 5*math.Sqrt(picks*q*(1-q)))
	}
	p := newPool(t, "p2c:ties=last", 3, 1)
	p.InFlight[0], p.InFlight[1] = 4, 2
	if slot := p.pick(&Request{}); slot != 0 {
		t.Error("4/3 is less than 2/1")
	}
}

// TestTiesGoToTheFirstDrawn: with equal loads every member is picked equally
// often, and always-go-left takes the leftmost group.
func TestTiesGoToTheFirstDrawn(t *testing.T) {
	const picks = 40000
	p := newPool(t, "p2c", equalWeights(4)...)
	left := newPool(t, "p2c:left=true,choices=2", equalWeights(4)...)
	count, leftCount := [4]float64{}, [4]float64{}
	for range picks {
		count[p.pick(&Request{})]++
		leftCount[left.pick(&Request{})]++
	}
	for slot := range count {
		near(t, "picks", count[slot], picks/4, 5*math.Sqrt(picks*3./16))
		want := 0.0
		if slot < 2 {
			want = picks / 2
		}
		near(t, "picks with left", leftCount[slot], want, 5*math.Sqrt(picks/4.))
	}
}

// bins throws balls into bins by a picker, nothing of which ever finishes, and
// returns the greatest load and the share of bins with at least k balls, k = 0 … 4.
func bins(p *pool, balls int) (most int32, atLeast [5]float64) {
	clear(p.InFlight)
	r := &Request{}
	for range balls {
		slot := p.pick(r)
		p.InFlight[slot]++
		most = max(most, p.InFlight[slot])
	}
	for _, load := range p.InFlight {
		for k := range atLeast {
			if int(load) >= k {
				atLeast[k]++
			}
		}
	}
	for k := range atLeast {
		atLeast[k] /= float64(len(p.InFlight))
	}
	return most, atLeast
}

// experiment is a way of throwing balls, repeated.
type experiment struct {
	text        string
	bins, balls int
}

// trials returns how often an experiment is repeated: as often as the quick suite
// can afford or, with LBSIM_TRUTH=1, until the intervals of the exact cases are 2%
// wide on either side, but for the chance of the likeliest maximum in a million
// bins, which would take 4 x 10^10 balls.
func (e experiment) trials() int {
	throws, least := 3_000_000, 30
	if os.Getenv("LBSIM_TRUTH") == "1" {
		throws, least = 400_000_000, 400
		if e.bins == 100 {
			throws = 4_000_000_000
		}
	}
	return max(least, throws/e.balls)
}

// outcome of all trials of an experiment.
type outcome struct {
	most    []float64
	atLeast [5][]float64
}

func (e experiment) run(t *testing.T) (o outcome) {
	p := newPoolFrom(t, e.text, random.New(11, e.text, uint64(e.bins)), equalWeights(e.bins)...)
	for range e.trials() {
		most, atLeast := bins(p, e.balls)
		o.most = append(o.most, float64(most))
		for k, share := range atLeast {
			o.atLeast[k] = append(o.atLeast[k], share)
		}
	}
	return o
}

func experimentOf(r truth) experiment {
	e := experiment{text: "random", bins: r.params.Bins, balls: r.params.Balls}
	switch {
	case r.params.Rule == "always-go-left":
		e.text = fmt.Sprintf("power_of_two:choices=%d,left=true", r.params.D)
	case r.params.D > 1:
		e.text = fmt.Sprintf("power_of_two:choices=%d,replacement=true", r.params.D)
	}
	if e.bins == 0 { // the limit of many bins: its gap at 100,000 is far below the tolerance
		e.bins, e.balls = 100_000, 100_000
	}
	return e
}

// TestBallsIntoBins reproduces the maxima and shares of one, two and three random
// choices and of always-go-left, through the pickers. The quick suite leaves out a
// million bins.
//
// Tolerance: the expected value lies in the Student-t interval at two-sided 6e-5
// around the mean over the trials, or within four standard errors where it comes
// from a simulation itself. A share of trials has the binomial deviation that the
// expected value implies. The limit of many bins has a gap of at most 2/n.
func TestBallsIntoBins(t *testing.T) {
	done := map[experiment]outcome{}
	checked := 0
	for _, r := range truthRows(t, "bins") {
		e := experimentOf(r)
		if e.bins >= 1_000_000 && os.Getenv("LBSIM_TRUTH") != "1" {
			continue
		}
		o, ok := done[e]
		if !ok {
			o = e.run(t)
			done[e] = o
		}
		checkBins(t, r, o)
		checked++
	}
	if checked < 30 {
		t.Errorf("only %d cases", checked)
	}
}

func checkBins(t *testing.T, r truth, o outcome) {
	n := float64(len(o.most))
	quantile := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(1 - 3e-5)
	if r.StandardError() > 0 {
		quantile = 4
	}
	want, k := r.Value(), 0
	switch {
	case r.Metric == "E[max load]":
		// A maximum that takes a second value once in 200 trials may show none in few.
		deviation := max(stat.StdDev(o.most, nil), 0.07)
		near(t, r.ID, stat.Mean(o.most, nil), want, quantile*math.Hypot(r.StandardError(), deviation/math.Sqrt(n)))
	case r.Metric == "most likely max load":
		checkMode(t, r, o.most, want)
	case scan(r.Metric, "P(max load = %d)", &k):
		share := float64(count(o.most, float64(k))) / n
		near(t, r.ID, share, want, quantile*math.Hypot(r.StandardError(), math.Sqrt(want*(1-want)/n)))
	case scan(r.Metric, "expected fraction of bins with >=%d balls", &k), scan(r.Metric, "fraction of bins with >=%d balls", &k):
		shares := o.atLeast[k]
		near(t, r.ID, stat.Mean(shares, nil), want, quantile*stat.StdErr(stat.StdDev(shares, nil), n)+2e-5*want)
	default:
		t.Errorf("%s: unknown metric %q", r.ID, r.Metric)
	}
}

func scan(text, format string, k *int) bool {
	n, err := fmt.Sscanf(text, format, k)
	return n == 1 && err == nil
}

func count(xs []float64, x float64) (n int) {
	for _, y := range xs {
		if y == x {
			n++
		}
	}
	return n
}

// checkMode fails when another maximum came up more often than the expected one by
// more than chance explains: four deviations of the difference of two counts.
func checkMode(t *testing.T, r truth, most []float64, want float64) {
	counts := map[float64]int{}
	for _, x := range most {
		counts[x]++
	}
	n := counts[want]
	for other, m := range counts {
		if float64(m-n) > 4*math.Sqrt(float64(m+n)) {
			t.Errorf("%s: maximum %v came up %d times, %v %d times", r.ID, other, m, want, n)
		}
	}
}
