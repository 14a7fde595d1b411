package truth

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"lbsim/algorithms"
	"lbsim/random"
)

// A game throws balls into bins by a picker: requests that never end, onto servers
// of which the picker sees what is in flight.
type game struct {
	algorithm   string
	bins, balls int
}

// gameOf is the game of a row. Infinitely many bins are 100,000: the gap is of order
// 1/n, a hundredth of the least tolerance.
func gameOf(r row) game {
	p := r.params
	g := game{algorithm: "random", bins: int(p.numberOr("bins_n", 100_000))}
	g.balls = int(p.numberOr("balls_m", p.numberOr("balls_per_bin", 1)*float64(g.bins)))
	switch d := p.whole("d"); {
	case p.text("rule") == "always-go-left":
		g.algorithm = fmt.Sprintf("power_of_two:choices=%d,left=true", d)
	case d > 1:
		g.algorithm = fmt.Sprintf("power_of_two:choices=%d,replacement=%v", d, !strings.HasPrefix(p.text("sampling"), "distinct"))
	}
	return g
}

// trials is how often a row's game must be played for its interval to be narrow
// enough, with a tenth more for chance; 30 at least.
func (g game) trials(r row) float64 {
	var k int
	expected, variance := r.Value(), 0.0
	switch {
	case scans(r.Metric, "P(max load = %d)", &k):
		variance = expected * (1 - expected)
	case scans(r.Metric, "fraction of bins with >=%d balls", &k), scans(r.Metric, "expected fraction of bins with >=%d balls", &k):
		variance = expected / float64(g.bins)
	default:
		// The greatest load varies like a Gumbel number: by about a ball, and by more
		// where bins are full, as the root of their load.
		variance = max(0.5, float64(g.balls)/float64(g.bins)/6)
	}
	se := r.precision(0) / 4.05
	if own, ok := r.Stated("se"); ok {
		se = 2 * own
	}
	if r.Metric == "most likely max load" {
		return 30
	}
	return max(30, 1.1*variance/(se*se))
}

// played is the outcome of all trials.
type played struct {
	most    []float64   // greatest load, by trial
	atLeast [][]float64 // share of bins with at least k balls, by k and trial
}

// chunk is how many trials one picker plays.
const chunk = 10

// play plays n trials, on all cores, read in order.
func (g game) play(n int) (p played) {
	most := make([]int32, n)
	shares := make([][8]float64, n)
	var next atomic.Int64
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			set, _ := pickerOver("random", slices.Repeat([]float64{1}, g.bins), random.New(1, "none", 0))
			for first := int(next.Add(chunk) - chunk); first < n; first = int(next.Add(chunk) - chunk) {
				picker := must(must(algorithms.Parse(g.algorithm)).New(random.New(1, fmt.Sprint(g), uint64(first))))
				picker.Rebuilt(set)
				for i := first; i < min(first+chunk, n); i++ {
					most[i], shares[i] = g.once(set, picker)
				}
			}
		})
	}
	wait.Wait()
	p.atLeast = make([][]float64, len(shares[0]))
	for i := range n {
		p.most = append(p.most, float64(most[i]))
		for k, x := range shares[i] {
			p.atLeast[k] = append(p.atLeast[k], x)
		}
	}
	return p
}

func (g game) once(set *algorithms.Set, picker algorithms.Picker) (most int32, atLeast [8]float64) {
	clear(set.InFlight)
	var r algorithms.Request
	for range g.balls {
		set.InFlight[picker.Pick(0, set, &r)]++
	}
	var counts [len(atLeast) + 1]int
	for _, load := range set.InFlight {
		most = max(most, load)
		counts[min(int(load), len(atLeast))]++
	}
	sum := counts[len(atLeast)]
	for k := len(atLeast) - 1; k >= 0; k-- {
		sum += counts[k]
		atLeast[k] = float64(sum) / float64(g.bins)
	}
	return most, atLeast
}

// quickBalls is how many balls the quick suite throws.
const quickBalls = 1e8

// throwBalls plays the games of the rows, cheapest first, as far as the budget goes.
func throwBalls(b *board, rows []row) {
	byGame := map[game][]row{}
	var games []game
	for _, r := range rows {
		if r.Family() != "bins" {
			continue
		}
		g := gameOf(r)
		if byGame[g] == nil {
			games = append(games, g)
		}
		byGame[g] = append(byGame[g], r)
	}
	trials := func(g game) (n float64) {
		for _, r := range byGame[g] {
			n = max(n, g.trials(r))
		}
		return n
	}
	cost := func(g game) float64 { return trials(g) * float64(g.balls) }
	sort.SliceStable(games, func(i, j int) bool { return cost(games[i]) < cost(games[j]) })
	spent := 0.0
	for _, g := range games {
		if spent += cost(g); spent > quickBalls && !all() {
			return
		}
		p := g.play(int(trials(g)))
		b.of(byGame[g][0]).requests += uint64(cost(g))
		for _, r := range byGame[g] {
			b.add(b.t, r, p.judge(r))
		}
	}
}

// judge compares what was played with a row.
func (p *played) judge(r row) verdict {
	var k int
	switch {
	case r.Metric == "most likely max load":
		return p.judgeMode(r.Value())
	case r.Metric == "E[max load]":
		return r.judge(estimateOf(p.most), 0)
	case scans(r.Metric, "P(max load = %d)", &k):
		hits := make([]float64, len(p.most))
		for i, m := range p.most {
			if m == float64(k) {
				hits[i] = 1
			}
		}
		return r.judge(estimateOf(hits), 0)
	case scans(r.Metric, "fraction of bins with >=%d balls", &k), scans(r.Metric, "expected fraction of bins with >=%d balls", &k):
		return r.judge(estimateOf(p.atLeast[k]), 0)
	}
	return verdict{math.Inf(1), "no metric " + r.Metric}
}

// judgeMode fails when another greatest load came up more often than the expected
// one by more than four deviations of the difference of two counts.
func (p *played) judgeMode(expected float64) (v verdict) {
	counts := map[float64]float64{}
	for _, m := range p.most {
		counts[m]++
	}
	loads := make([]float64, 0, len(counts))
	for load := range counts {
		loads = append(loads, load)
	}
	slices.Sort(loads)
	for _, load := range loads {
		excess := (counts[load] - counts[expected]) / (sigmas * math.Sqrt(counts[load]+counts[expected]))
		if excess > v.deviation {
			v.deviation = excess
			if excess > 1 {
				v.why = fmt.Sprintf("a greatest load of %v came up %v times, %v %v times", load, counts[load], expected, counts[expected])
			}
		}
	}
	return v
}
