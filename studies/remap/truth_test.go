package remap

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"lbsim/algorithms"
	"lbsim/studies/statistics"
	"lbsim/studies/truth/answers"
)

const (
	// chance is the two-sided probability with which a right answer lies outside its
	// interval.
	chance = 6e-5
	// fewest and most replications: more are added until the interval is narrow.
	fewest, most = 30, 4000
)

// vagueness is the greatest half-width, relative to the answer: the table's 2% where
// everything is asked for (make truth), three times as much in the quick suite.
func vagueness() float64 {
	if os.Getenv("LBSIM_TRUTH") == "1" {
		return 0.02
	}
	return 0.06
}

// row is a known answer.
type row struct {
	id       string
	params   map[string]any
	expected float64
}

func (r row) whole(name string) int { return int(r.params[name].(float64)) }

func truthRows(t *testing.T, families string) (rows []row) {
	t.Helper()
	for _, a := range answers.Of(t, families) {
		if a.Kind != "exact" {
			t.Fatalf("%s: no rule for kind %s", a.ID, a.Kind)
		}
		r := row{id: a.ID, expected: a.Value()}
		a.Decode(t, &r.params)
		rows = append(rows, r)
	}
	return rows
}

// moved is a history whose moved share a row knows.
type moved struct {
	algorithms []string
	nodes      int
	change     string
	keys       int
}

// historyOf says what to ask the study for a row.
func historyOf(t *testing.T, r row) moved {
	switch family, _, _ := strings.Cut(r.id, "."); family {
	case "mod":
		n, m := r.whole("n_before"), r.whole("n_after")
		return moved{[]string{"modulo"}, n, fmt.Sprintf("%+d", m-n), 20_000}
	case "modrm":
		return moved{[]string{"modulo"}, r.whole("n"), fmt.Sprintf("-1@%d", r.whole("removed_index")+1), 20_000}
	case "jump":
		return moved{[]string{"jump_hash"}, r.whole("n"), "+1", r.whole("keys")}
	case "min":
		m := moved{[]string{"ring_hash", "rendezvous", "jump_hash"}, r.whole("n"), "-1", 40_000}
		if k, adds := r.params["k"].(float64); adds {
			m.change = fmt.Sprintf("+%d", int(k))
		}
		return m
	}
	t.Fatalf("no history for %s", r.id)
	return moved{}
}

// The moved share of every known case, through the study. A replication has keys and
// nodes of its own names. That of jump_hash with a million keys is one run, whose
// binomial error is known: it is within 4 deviations.
func TestKnownMoves(t *testing.T) {
	for _, r := range truthRows(t, "mod modrm min jump") {
		h := historyOf(t, r)
		for _, name := range h.algorithms {
			if algorithms.Lookup(name) == nil {
				t.Errorf("%s needs %s, which is not there", r.id, name)
				continue
			}
			replicate := func(i int) float64 { return h.moved(t, name, i) }
			if strings.HasPrefix(r.id, "jump.") {
				got, sd := replicate(0), math.Sqrt(r.expected*(1-r.expected)/float64(h.keys))
				if math.Abs(got-r.expected) > 4*sd {
					t.Errorf("%s, %s: %v, want %v ± %v", r.id, name, got, r.expected, 4*sd)
				}
				continue
			}
			judge(t, r.id+" with "+name, r.expected, vagueness(), replicate)
		}
	}
}

// moved runs replication i. Whatever moves little moves nothing in excess.
func (h moved) moved(t *testing.T, algorithm string, i int) float64 {
	var names []string
	for n := range h.nodes {
		names = append(names, fmt.Sprintf("pool%d-%d", i, n+1))
	}
	q := Question{Algorithms: []string{algorithm}, Nodes: strings.Join(names, ","), Changes: h.change, Keys: strconv.Itoa(h.keys), Seed: uint64(i) + 1}
	p, err := q.Plan()
	if err != nil {
		t.Error(err)
		return math.NaN()
	}
	r, err := Run(context.Background(), p)
	if err != nil {
		t.Error(err)
		return math.NaN()
	}
	o := r.Steps[0].Results[0]
	if algorithm != "modulo" && o.Excess != 0 {
		t.Errorf("%s moves %v of the keys between nodes that stay", algorithm, o.Excess)
	}
	return o.Moved
}

// judge adds replications until the interval that errs with chance is narrow, and
// holds the expected value against it.
func judge(t *testing.T, what string, expected, vagueness float64, replicate func(int) float64) {
	t.Helper()
	var sample []float64
	for n := fewest; ; n = min(2*n, most) {
		from := len(sample)
		sample = append(sample, make([]float64, n-from)...)
		err := eachOf(context.Background(), runtime.GOMAXPROCS(0), n-from, func(i int) error {
			sample[from+i] = replicate(from + i)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		x := statistics.Mean(sample, 1-chance)
		switch {
		case x.HalfWidth() > vagueness*expected && n < most:
			continue
		case x.HalfWidth() > vagueness*expected:
			t.Errorf("%s: ± %.3g after %d replications is too vague", what, x.HalfWidth(), n)
		case math.IsNaN(x.Mean) || math.Abs(x.Mean-expected) > x.HalfWidth():
			t.Errorf("%s: %.6g ± %.2g, want %.6g", what, x.Mean, x.HalfWidth(), expected)
		}
		t.Logf("%s: %.6g ± %.2g after %d replications, want %.6g", what, x.Mean, x.HalfWidth(), n, expected)
		return
	}
}

// The load by requests of Zipf keys that an even hash places: how it varies over
// placements, and how much the node with the hottest key gets. A replication has keys
// of its own names. Variances are compared, for they are what has a mean; half of a
// relative error is the deviation's.
func TestKnownSkew(t *testing.T) {
	const hash = "rendezvous"
	if algorithms.Lookup(hash) == nil {
		t.Fatalf("%s is not there", hash)
	}
	cases := 0
	for _, r := range truthRows(t, "skew") {
		cases++
		n := r.whole("n")
		keys := &Keys{count: r.whole("keys")}
		if err := keys.popular(fmt.Sprintf("zipf:%v", r.params["zipf_alpha"])); err != nil {
			t.Fatal(err)
		}
		measure := func(i int) (cv, hottest float64) { return skewOf(t, hash, keys, n, uint64(i)+1) }
		if strings.HasSuffix(r.id, ".hot") {
			judge(t, r.id, r.expected, vagueness(), func(i int) float64 { _, hottest := measure(i); return hottest })
			continue
		}
		judge(t, r.id+", squared", r.expected*r.expected, 2*vagueness(), func(i int) float64 { cv, _ := measure(i); return cv * cv })
	}
	if cases == 0 {
		t.Error("the table lost skew")
	}
}

func skewOf(t *testing.T, algorithm string, law *Keys, n int, seed uint64) (cv, hottest float64) {
	keys := *law
	keys.seed = seed
	q := Question{Algorithms: []string{algorithm}, Nodes: strconv.Itoa(n), Keys: "1", Seed: seed}
	p, err := q.Plan()
	if err != nil {
		t.Error(err)
		return math.NaN(), math.NaN()
	}
	hashes := make([]uint64, keys.count)
	keys.hash(hashes, 0, keyHash)
	x, err := newPlacement(p.Choices[0], seed, n, hashes)
	if err != nil {
		t.Error(err)
		return math.NaN(), math.NaN()
	}
	owners := make([]int32, keys.count)
	x.become(p.start)
	x.place(owners)
	counts := viewOf(p.start, p.start, n).count(owners, owners, keys.popularity)
	_, cv = spread(p.start, func(id int32) float64 { return counts.requests[id] })
	return cv, counts.requests[owners[0]] * float64(n)
}
