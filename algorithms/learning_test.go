package algorithms

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"lbsim/clock"
	"lbsim/random"
)

// TestPeakEWMAEstimate works the rule through by hand, with decay 10 s: a peak
// counts at once, a lower sample after 5 s is averaged with exp(-1/2), and reading
// changes nothing however often it is done.
func TestPeakEWMAEstimate(t *testing.T) {
	p := newPool(t, "peak_ewma", 1, 1)
	e := &p.picker.(*powerOfTwoEWMA).latency
	at := func(d time.Duration) clock.Time { return clock.Time(d) }
	read := func(now clock.Time) float64 { return e.load(now, p.Set, 0) / 1e6 } // ms
	answer := func(now clock.Time, ms int) {
		p.now = now
		p.observe(0, Observation{Kind: Answer, Latency: time.Duration(ms) * time.Millisecond})
	}

	near(t, "before any sample", read(at(time.Hour)), 30, 0)
	answer(at(time.Second), 20)
	near(t, "first sample", read(at(time.Second)), 20, 0)
	answer(at(time.Second), 100)
	near(t, "a peak", read(at(time.Second)), 100, 0)
	for i := range 10 {
		read(at(time.Second + time.Duration(i)*500*time.Millisecond))
	}
	near(t, "5 s later", read(at(6*time.Second)), 100*math.Exp(-0.5), 1e-9)
	answer(at(6*time.Second), 20)
	near(t, "a lower sample", read(at(6*time.Second)), 20+80*math.Exp(-0.5), 1e-9) // 68.5
	p.InFlight[0] = 3
	near(t, "with three in flight", read(at(6*time.Second)), 4*(20+80*math.Exp(-0.5)), 1e-9)
	p.reweigh(0, 2)
	near(t, "with weight 2", read(at(6*time.Second)), 2*(20+80*math.Exp(-0.5)), 1e-9)
}

// TestPeakEWMAFailures: a fast failure counts or does not.
func TestPeakEWMAFailures(t *testing.T) {
	for text, want := range map[string]float64{"peak_ewma": 1, "peak_ewma:failures=ignore": 30} {
		p := newPool(t, text, 1, 1)
		p.observe(0, Observation{Kind: Answer, Failed: true, Latency: time.Millisecond})
		near(t, text, p.picker.(*powerOfTwoEWMA).latency.load(0, p.Set, 0)/1e6, want, 0)
	}
}

// TestPeakEWMAAvoidsTheSlow: of two endpoints both are always drawn, so the slow
// one is not picked until its estimate has fallen below the other's.
func TestPeakEWMAAvoidsTheSlow(t *testing.T) {
	for _, text := range []string{"peak_ewma", "p2c:metric=peak_ewma"} {
		p := newPool(t, text, 1, 1)
		p.observe(0, Observation{Kind: Answer, Latency: 80 * time.Millisecond})
		p.observe(1, Observation{Kind: Answer, Latency: 20 * time.Millisecond})
		for range 50 {
			if slot := p.pick(&Request{}); slot != 1 {
				t.Fatalf("%s: picked the slow one", text)
			}
		}
		p.now = clock.Time(20 * time.Second)
		p.observe(1, Observation{Kind: Answer, Latency: 20 * time.Millisecond})
		if slot := p.pick(&Request{}); slot != 0 { // 80 e^-2 = 10.8
			t.Errorf("%s: the slow one is never tried again", text)
		}
	}
}

// TestLeastResponseTimeByHand follows NGINX's rule, in milliseconds.
func TestLeastResponseTimeByHand(t *testing.T) {
	p := newPool(t, "least_time", 1, 1, 1)
	p.now = clock.Time(time.Second)
	answer := func(slot int32, ms int) {
		p.observe(slot, Observation{Kind: Answer, Latency: time.Duration(ms) * time.Millisecond})
	}
	lt := p.picker.(*leastResponseTime)
	answer(0, 100)
	if slot := p.pick(&Request{}); slot != 1 {
		t.Errorf("cold: picked %d, want 1, the first without a sample", slot)
	}
	answer(1, 50)
	answer(2, 45)
	answer(0, 200)
	if got := lt.members[0].average; got != 105 { // 0.5 + 0.05 200 + 0.95 100
		t.Errorf("average = %d, want 105", got)
	}
	// 105 -> 120, 50 and 45 -> 60: two equals take turns.
	a, b, c := p.pick(&Request{}), p.pick(&Request{}), p.pick(&Request{})
	if a == b || a != c || a == 0 || b == 0 {
		t.Errorf("equals: picked %d, %d, %d", a, b, c)
	}
	p.start(1)
	p.start(2) // 60 x 2 each, 120 x 1 for 0: all equal
	seen := map[int32]bool{}
	for range 3 {
		seen[p.pick(&Request{})] = true
	}
	if len(seen) != 3 {
		t.Errorf("three equals: only %v were picked", seen)
	}
	p.start(1)
	p.start(2)
	if slot := p.pick(&Request{}); slot != 0 { // 180, 180, 120
		t.Errorf("loaded: picked %d, want 0", slot)
	}
	// Slot 1 is not picked for 34 s: 34/11 = 3, 50 >> 3 = 6 -> 20.
	if got := lt.estimate(&responseTime{average: 50, checked: 1, measured: true}, 35, 0, 0); got != 20 {
		t.Errorf("halved estimate = %v, want 20", got)
	}
	for rt, want := range map[int64]float64{0: 20, 19: 20, 20: 40, 4999: 5000, 5000: 5020, 5001: 5000} {
		if got := lt.estimate(&responseTime{average: rt, checked: 1, measured: true}, 1, 0, 0); got != want {
			t.Errorf("step of %d = %v, want %v", rt, got, want)
		}
	}
}

// TestLeastResponseTimeTriesTheSlowAgain: halved each eleven seconds, an average
// of 200 ms comes down to the other's step after 44 s, and a pick makes it whole.
func TestLeastResponseTimeTriesTheSlowAgain(t *testing.T) {
	p := newPool(t, "least_time", 1, 1)
	p.now = clock.Time(time.Second)
	p.pick(&Request{}) // marks one as checked
	p.observe(0, Observation{Kind: Answer, Latency: 200 * time.Millisecond})
	p.observe(1, Observation{Kind: Answer, Latency: 10 * time.Millisecond})
	p.picker.(*leastResponseTime).members[0].checked = 1
	var slow []int
	for second := 1; second <= 120; second++ {
		p.now = clock.Time(second) * clock.Time(time.Second)
		for range 10 {
			if p.pick(&Request{}) == 0 {
				slow = append(slow, second)
			}
		}
	}
	// 200 >> 4 = 12 shares the lowest step from second 45 on, 44 after 1; the pick
	// sets checked, and so on.
	if want := []int{45, 89}; !slices.Equal(slow, want) {
		t.Errorf("the slow one was picked at seconds %v, want %v", slow, want)
	}
}

// TestLeastResponseTimeCold: what an endpoint without a sample counts for.
func TestLeastResponseTimeCold(t *testing.T) {
	for text, want := range map[string]int32{
		"least_time":                          1, // 0 beats 50
		"least_time:cold=fixed,cold_rtt=1s":   0, // 1000 does not
		"least_time:cold=fixed,cold_rtt=10ms": 1,
	} {
		p := newPool(t, text, 1, 1)
		p.observe(0, Observation{Kind: Answer, Latency: 50 * time.Millisecond})
		if got := p.pick(&Request{}); got != want {
			t.Errorf("%s: picked %d, want %d", text, got, want)
		}
	}
	p := newPool(t, "least_time:cold=mean", 1, 1, 1)
	p.observe(0, Observation{Kind: Answer, Latency: 100 * time.Millisecond})
	p.observe(1, Observation{Kind: Answer, Latency: 300 * time.Millisecond})
	if got := p.picker.(*leastResponseTime).coldAverage(p.Set); got != 200 {
		t.Errorf("cold average = %d, want 200", got)
	}
}

// TestLeastResponseTimeMetric: header takes the first byte where it is known.
func TestLeastResponseTimeMetric(t *testing.T) {
	for text, want := range map[string]int64{"least_time": 300, "least_time:metric=header": 40} {
		p := newPool(t, text, 1, 1)
		p.observe(0, Observation{Kind: Answer, Latency: 300 * time.Millisecond, FirstByte: 40 * time.Millisecond})
		p.observe(0, Observation{Kind: Answer, Latency: 300 * time.Millisecond, FirstByte: 40 * time.Millisecond, Failed: true})
		if got := p.picker.(*leastResponseTime).members[0].average; got != want {
			t.Errorf("%s: average = %d, want %d", text, got, want)
		}
	}
}

// TestJoinIdleQueue: an idle one is always found, each with the same chance; with
// nobody idle everyone has the same chance whatever the load.
func TestJoinIdleQueue(t *testing.T) {
	const picks = 40000
	p := newPool(t, "jiq", equalWeights(6)...)
	for _, slot := range []int32{0, 2, 3, 3} {
		p.start(slot)
	}
	idle, all := [6]float64{}, [6]float64{}
	for range picks {
		idle[p.pick(&Request{})]++
	}
	for _, slot := range []int32{1, 4, 5} {
		p.start(slot)
	}
	for range picks {
		all[p.pick(&Request{})]++
	}
	for slot, n := range idle {
		want := picks / 3.
		if slot == 0 || slot == 2 || slot == 3 {
			want = 0
		}
		near(t, fmt.Sprintf("idle picks of %d", slot), n, want, 5*math.Sqrt(want*2/3))
		near(t, fmt.Sprintf("busy picks of %d", slot), all[slot], picks/6., 5*math.Sqrt(picks*5./36))
	}
}

// TestIdleReports: first come first served, once each, withdrawn by Busy, kept
// while the endpoint is out.
func TestIdleReports(t *testing.T) {
	p := newPool(t, "jiq:reports=true", equalWeights(5)...)
	for _, slot := range []int32{3, 1, 4, 0, 1} {
		p.observe(slot, Observation{Kind: Idle})
	}
	p.observe(4, Observation{Kind: Busy})
	p.ready(3, false)
	r := &Request{}
	r.Tried.Add(1)
	if slot := p.pick(r); slot != 0 {
		t.Errorf("a retry of 1 went to %d, want 0", slot)
	}
	p.ready(3, true) // its report comes last now
	for i, want := range []int32{1, 3} {
		if slot := p.pick(&Request{}); slot != want {
			t.Errorf("pick %d = %d, want %d", i, slot, want)
		}
	}
	p.ready(3, false)
	p.ready(3, true)
	if first := p.picker.(*reportedIdle).first; first != -1 {
		t.Errorf("the report of %d was used up and came back with its endpoint", first)
	}
	seen := map[int32]bool{}
	for range 200 {
		seen[p.pick(&Request{})] = true
	}
	if len(seen) != 5 {
		t.Errorf("without reports only %v are picked", seen)
	}
	if reported, ok := p.picker.(Reported); !ok || !reported.WantsReports() {
		t.Error("it does not ask for reports")
	}
}

// TestPrequalReuse checks b = max(1, (1+delta)/((1-m/n) r_probe - r_remove)) and
// that drawing its rounding keeps the mean. (1.5+-5 deviations of a coin flipped
// 20,000 times.)
func TestPrequalReuse(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want float64
	}{
		{"prequal", 100, 2 / (0.84*3 - 1)},                                  // 1.32
		{"prequal:probe_rate=1,remove_rate=0.25", 100, 2 / (0.84 - 0.25)},   // 3.39
		{"prequal:probe_rate=0.5,remove_rate=0.25", 100, 2 / (0.42 - 0.25)}, // 11.76
		{"prequal:delta=0", 1000, 1},
		{"prequal", 10, math.Inf(1)},
	} {
		p := newPool(t, c.text, 1)
		if got := p.picker.(*prequal).reuse(c.n); got != c.want && math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: reuse(%d) = %v, want %v", c.text, c.n, got, c.want)
		}
	}
	q := newPool(t, "prequal", 1).picker.(*prequal)
	sum, want := 0.0, q.reuse(100)
	for range 20000 {
		u := q.uses(100)
		if u != 1 && u != 2 {
			t.Fatalf("uses = %d", u)
		}
		sum += float64(u)
	}
	near(t, "mean uses", sum/20000, want, 5*math.Sqrt((want-1)*(2-want)/20000))
}

// TestPrequalHotCold: cold by latency; when all are hot by requests in flight;
// a use adds one; age, removal and a failed probe take replies away.
func TestPrequalHotCold(t *testing.T) {
	p := newPool(t, "prequal:remove_rate=0,q_rif=0.5", equalWeights(10)...)
	pool := &p.picker.(*prequal).pool
	probe := func(slot, inFlight int32, ms int) {
		p.observe(slot, Observation{Kind: Probe, InFlight: inFlight, Latency: time.Duration(ms) * time.Millisecond})
	}
	probe(1, 2, 30)
	probe(2, 3, 20)
	probe(3, 9, 1)
	// RIFs 2, 3, 9: the median is 3, so 3 is hot, and 2 is the quicker of the cold.
	if slot := p.pick(&Request{}); slot != 2 {
		t.Errorf("picked %d, want 2", slot)
	}
	// It has 4 now and is hot.
	if slot := p.pick(&Request{}); slot != 1 {
		t.Errorf("picked %d, want 1", slot)
	}
	p.pick(&Request{}) // 1 again: 3 is not above the median, and then 4 is
	if slot := p.pick(&Request{}); slot != 1 && slot != 2 {
		t.Errorf("all hot: picked %d, want one with 4 in flight", slot)
	}
	r := &Request{}
	r.Tried.Add(1)
	r.Tried.Add(2)
	if slot, usable := pool.best(r, true); usable != 1 || slot != 3 {
		t.Errorf("without 1 and 2: %d of %d", slot, usable)
	}
	pool.removeWorst() // the hottest
	if len(pool.replies) != 2 || pool.replies[0].slot == 3 || pool.replies[1].slot == 3 {
		t.Errorf("the worst is still there: %v", pool.replies)
	}
	p.observe(2, Observation{Kind: Probe, Failed: true})
	p.now = clock.Time(1500 * time.Millisecond)
	pool.expire(p.now)
	if len(pool.replies) != 0 {
		t.Errorf("old or failed replies are still there: %v", pool.replies)
	}
}

// TestPrequalRemovesByTurns: the oldest after one pick, the worst after the next.
func TestPrequalRemovesByTurns(t *testing.T) {
	p := newPool(t, "prequal:q_rif=1", equalWeights(9)...)
	for i, ms := range []int{50, 40, 90, 10, 30, 20} {
		p.observe(int32(i), Observation{Kind: Probe, InFlight: 1, Latency: time.Duration(ms) * time.Millisecond})
	}
	pool := &p.picker.(*prequal).pool
	left := func() (slots []int32) {
		for _, r := range pool.replies {
			slots = append(slots, r.slot)
		}
		return slots
	}
	for i, want := range []string{"[1 2 3 4 5]", "[1 3 4 5]", "[3 4 5]", "[3 5]"} {
		if slot := p.pick(&Request{}); slot != 3 {
			t.Errorf("pick %d = %d, want the quickest", i, slot)
		}
		if got := fmt.Sprint(left()); got != want {
			t.Errorf("after pick %d: %s, want %s", i, got, want)
		}
	}
	// A third removal leaves one reply, too few to choose by: all are picked.
	p.pick(&Request{})
	seen := map[int32]bool{}
	for range 200 {
		seen[p.pick(&Request{})] = true
	}
	if len(seen) != 9 {
		t.Errorf("with %d replies only %v are picked", len(pool.replies), seen)
	}
}

// TestPrequalThreshold compares the quantile with its definition over a moving
// window of the last 8 values.
func TestPrequalThreshold(t *testing.T) {
	rnd := random.New(3, "", 0)
	pool := newProbePool(16, time.Second, 8, 0.75)
	var all []int32
	for range 300 {
		x := int32(rnd.IntN(6))
		pool.note(x)
		all = append(all, x)
		window := all[max(0, len(all)-8):]
		got, below, less := pool.threshold(), 0, 0
		for _, y := range window {
			if y <= got {
				below++
			}
			if y < got {
				less++
			}
		}
		if need := 0.75 * float64(len(window)); float64(below) < need || float64(less) >= need {
			t.Fatalf("threshold of %v = %d", window, got)
		}
	}
}

// TestPrequalProbes: the rate holds, also a fractional one, targets are distinct
// and uniform, and an idle client probes at its interval.
func TestPrequalProbes(t *testing.T) {
	p := newPool(t, "prequal:probe_rate=1.5", equalWeights(4)...)
	q := p.picker.(*prequal)
	if q.NextProbe() != 0 {
		t.Errorf("the first probes are due at %v", q.NextProbe())
	}
	count, total := [4]float64{}, 0.0
	for range 20000 {
		probes := q.AppendProbes(p.now, p.Set, false, nil)
		if len(probes) == 2 && probes[0] == probes[1] {
			t.Fatal("one endpoint was probed twice")
		}
		for _, slot := range probes {
			count[slot]++
			total++
		}
	}
	near(t, "probes", total, 30000, 1)
	for slot, n := range count {
		near(t, fmt.Sprintf("probes of %d", slot), n, 7500, 5*math.Sqrt(30000*3./16))
	}
	p.now = clock.Time(time.Second)
	if n := len(q.AppendProbes(p.now, p.Set, true, nil)); n == 0 || q.NextProbe() != p.now.Add(500*time.Millisecond) {
		t.Errorf("idle: %d probes, next at %v", n, q.NextProbe())
	}
}
