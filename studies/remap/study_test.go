package remap

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lbsim/algorithms"
	"lbsim/random"
	"lbsim/random/drawn"
	"lbsim/studies/compare"
)

func run(t testing.TB, q Question, workers int) *Result {
	t.Helper()
	p, err := q.Plan()
	if err != nil {
		t.Fatal(err)
	}
	p.Workers = workers
	r, err := Run(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func outcome(t testing.TB, r *Result, step int, algorithm string) *Outcome {
	t.Helper()
	for i := range r.Steps[step].Results {
		if o := &r.Steps[step].Results[i]; o.Variant == algorithm {
			return o
		}
	}
	t.Fatalf("no outcome of %s", algorithm)
	return nil
}

// The least that must move, for the changes of which everybody knows it, and for
// weights by hand: of 1:1:2 to 3:1:2 the shares go from 1/4, 1/4, 1/2 to 1/2, 1/6,
// 1/3, so that the first gains a quarter.
func TestLeast(t *testing.T) {
	for _, c := range []struct {
		nodes, weights, change string
		want                   float64
	}{
		{"10", "", "+1", 1. / 11}, {"10", "", "+5", 1. / 3}, {"10", "", "-1", 1. / 10}, {"10", "", "-3@first", 3. / 10},
		{"10", "", "replace@4", 1. / 10}, {"", "1,1,2", "weight:1=3", 1. / 4}, {"", "1,1,2", "-1@3", 1. / 2},
		{"", "1,1,2", "weight:1=1", 0}, {"", "1,3", "replace@2", 3. / 4},
	} {
		r := run(t, Question{Algorithms: []string{"ring_hash"}, Nodes: c.nodes, Weights: c.weights, Changes: c.change, Keys: "100"}, 1)
		if got := r.Steps[0].Results[0].Least; math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s%s %s: %v, want %v", c.nodes, c.weights, c.change, got, c.want)
		}
	}
}

// Whatever happens to a pool: keys are neither lost nor invented, what moved is what
// left its place in the flows, and nothing moves between nodes that stayed where that is
// promised.
func TestAnyHistory(t *testing.T) {
	step := rapid.SampledFrom([]string{"+1", "+3", "-1", "-1@first", "-1@2", "-1@random", "replace", "replace@2", "weight:1=3", "weight:last=0.5"})
	moves := 0
	drawn.Until(t, func(rt *rapid.T) {
		changes := rapid.SliceOfN(step, 1, 6).Draw(rt, "changes")
		q := Question{Nodes: "8", Keys: "3000", Seed: rapid.Uint64().Draw(rt, "seed"), Changes: strings.Join(changes, ",")}
		r := run(t, q, 2)
		if len(r.Steps) != len(changes) {
			rt.Fatalf("%d steps of %d changes", len(r.Steps), len(changes))
		}
		for i := range r.Steps {
			s := &r.Steps[i]
			for j := range s.Results {
				checkOutcome(rt, s, &s.Results[j], r.Keys)
				moves += int(s.Results[j].Moved * 3000)
			}
		}
	}, func(t drawn.Missing) {
		if moves == 0 {
			t.Error("no key ever moved")
		}
	})
}

// monotone are the algorithms that promise to move keys only from nodes that leave and
// to nodes that come.
var monotone = []string{"ring_hash", "rendezvous", "anchor_hash", "multi_probe"}

func checkOutcome(t *rapid.T, s *Step, o *Outcome, keys int) {
	all, moved := 0, 0
	for i, row := range o.Flows {
		for j, n := range row {
			all += n
			if s.Before[i] != s.After[j] {
				moved += n
			}
		}
	}
	if len(o.Flows) != s.NodesBefore || all != keys || float64(moved)/float64(keys) != o.Moved {
		t.Fatalf("%s, %s: %d keys, %d moved, reported %v", s.Change, o.Variant, all, moved, o.Moved)
	}
	if o.Excess > o.Moved || o.PeakToMean < 1-1e-12 || o.Least < 0 || o.Least > 1 {
		t.Fatalf("%s, %s: %+v", s.Change, o.Variant, o)
	}
	if slices.Contains(monotone, o.Algorithm) && o.Excess != 0 {
		t.Fatalf("%s: %s moved %v of the keys between nodes that stayed", s.Change, o.Variant, o.Excess)
	}
}

// What moves is at least what must where loads are fair before and after: a node that
// leaves takes all its keys along, and a new one has its keys from others.
func TestMovedIsNotBelowTheLeast(t *testing.T) {
	const keys = 50_000
	r := run(t, Question{Nodes: "10", Keys: "50000", Changes: "+1,-1,+5,-2@first,replace@3"}, 2)
	for i := range r.Steps {
		for j := range r.Steps[i].Results {
			o := &r.Steps[i].Results[j]
			// Shards are uneven by load_cv: a node that comes or goes may hold less than
			// its share by three times as much, with sampling noise on top.
			noise := 4 * math.Sqrt(o.Least*(1-o.Least)/keys)
			if o.Moved < o.Least*(1-3*o.LoadCV)-noise {
				t.Errorf("%s, %s: %v moved, least %v", r.Steps[i].Change, o.Variant, o.Moved, o.Least)
			}
		}
	}
}

// The same question has the same answer, to the last bit, on one core and on two.
func TestCoresChangeNothing(t *testing.T) {
	old := runtime.GOMAXPROCS(2)
	defer runtime.GOMAXPROCS(old)
	q := Question{Keys: "600000", Changes: "+1,-1@random,replace@3,weight:2=3", Popularity: "zipf:1.1", Seed: 7}
	var texts [3][]byte
	for i, workers := range []int{1, 2, 5} {
		text, err := json.Marshal(run(t, q, workers))
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = text
	}
	if string(texts[0]) != string(texts[1]) || string(texts[0]) != string(texts[2]) {
		t.Error("the number of cores shows")
	}
	if !strings.Contains(string(texts[0]), `"requests_load_cv":0.`) || !strings.Contains(string(texts[0]), `"build_seconds":null`) {
		t.Errorf("%.600s", texts[0])
	}
}

// Adding a node and taking it away again restores every key's place.
func TestThereAndBack(t *testing.T) {
	r := run(t, Question{Algorithms: []string{"ring_hash"}, Keys: "20000", Changes: "+1,-1"}, 1)
	there, back := outcome(t, r, 0, "ring_hash"), outcome(t, r, 1, "ring_hash")
	if there.Moved == 0 || there.Moved != back.Moved {
		t.Errorf("%v there, %v back", there.Moved, back.Moved)
	}
}

// Totals are the sums of the steps.
func TestTotals(t *testing.T) {
	r := run(t, Question{Keys: "5000", Changes: "+1,-1@first,replace"}, 2)
	for a, total := range r.Totals {
		want := Total{}
		for i := range r.Steps {
			want.add(&r.Steps[i].Results[a])
		}
		if total != want || total.Moved < total.Excess || math.Abs(total.Least-(1./11+1./11+1./10)) > 1e-12 {
			t.Errorf("%+v, want %+v", total, want)
		}
	}
}

// A fault of an algorithm is an error with its place, not the end of the program.
func TestPanicIsAnError(t *testing.T) {
	p, err := Question{Algorithms: []string{"ring_hash"}, Keys: "100"}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	broken := *p.Choices[0].Spec
	broken.New = func(algorithms.Values, random.Source) (algorithms.Picker, error) { panic("of the algorithm") }
	p.Choices[0].Spec = &broken
	var fault *compare.Panic
	if _, err := Run(context.Background(), p); !errors.As(err, &fault) || fault.Value != "of the algorithm" {
		t.Errorf("%v", err)
	}
}

func TestTimesAreMeasuredOnRequest(t *testing.T) {
	r := run(t, Question{Algorithms: []string{"ring_hash"}, Keys: "1000", Time: true}, 2)
	if o := r.Steps[0].Results[0]; o.BuildSeconds == nil || *o.BuildSeconds <= 0 || o.LookupSeconds == nil || *o.LookupSeconds <= 0 {
		t.Errorf("%+v", o)
	}
}

func TestInterruption(t *testing.T) {
	p, err := Question{Keys: "1000"}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if r, err := Run(ctx, p); err != context.Canceled || r != nil {
		t.Errorf("%v, %v", r, err)
	}
}

func TestWrongQuestions(t *testing.T) {
	for want, q := range map[string]Question{
		"--nodes 0: must be a whole number in [1, 1000000]":       {Nodes: "0"},
		`--nodes 3,x: "3" is neither a number nor a name`:         {Nodes: "3,x"},
		"--nodes a,first: no node can be called first":            {Nodes: "a,first"},
		"--nodes a,b,a: a is there twice":                         {Nodes: "a,b,a"},
		"--nodes 1.5: must be a whole number":                     {Nodes: "1.5"},
		"--keys 0: must be a whole number in [1, 100000000]":      {Keys: "0"},
		"--keys 1.5: must be a whole number":                      {Keys: "1.5"},
		`--weights: weight "-1": must be a number > 0`:            {Weights: "1,-1"},
		"--weights 1,1: has 2 weights for 3 nodes":                {Weights: "1,1", Nodes: "3"},
		`unknown algorithm "ring_hsah": did you mean ring_hash?`:  {Algorithms: []string{"ring_hsah"}},
		"round_robin does not go by a key":                        {Algorithms: []string{"rr"}},
		"ip_hash goes by the client's address":                    {Algorithms: []string{"ip_hash"}},
		"ring_hash is given twice":                                {Algorithms: []string{"ring_hash", "ketama"}},
		"--key-distribution zpif:1: did you mean zipf?":           {Popularity: "zpif:1"},
		"--key-distribution zipf: the exponent must be a number":  {Popularity: "zipf"},
		"--key-distribution zipf:99: exponent = 99: must be":      {Popularity: "zipf:99"},
		"--key-distribution hot:10: must look like hot:10=50%":    {Popularity: "hot:10"},
		"--key-distribution uniform:2: uniform has no parameters": {Popularity: "uniform:2"},
		"--keys and --keys-file":                                  {Keys: "10", Given: readKeys([]byte("a\n"))},
		"points = 0: must be in [1, 100000]":                      {Algorithms: []string{"ring_hash:points=0"}},
	} {
		if _, err := q.Plan(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", q, err, want)
		}
	}
	_, err := Question{Nodes: "0", Keys: "0", Changes: "foo", Algorithms: []string{"rr"}}.Plan()
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("four mistakes are not said at once: %v", err)
	}
}

func TestKeysOfAFile(t *testing.T) {
	k, err := OpenKeys("-", strings.NewReader("a\nb\r\n\na\nc"))
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for i := range k.Count() {
		texts = append(texts, string(k.appendText(nil, i)))
	}
	if !slices.Equal(texts, []string{"a", "b", "c"}) || !slices.Equal(k.popularity, []float64{0.5, 0.25, 0.25}) {
		t.Errorf("%q, %v", texts, k.popularity)
	}
	if _, err := OpenKeys("-", strings.NewReader("\n\n")); err == nil || !strings.Contains(err.Error(), "--keys-file -: is empty") {
		t.Errorf("an empty file: %v", err)
	}
	if _, err := OpenKeys("nowhere.txt", nil); err == nil || !strings.Contains(err.Error(), "nowhere.txt: no such file") {
		t.Errorf("no file: %v", err)
	}
}

// The keys' own names do not matter to what is right: those of a file have the same
// places as generated ones of the same text.
func TestKeysOfAFileAreHashedAlike(t *testing.T) {
	generated := generated(1000, 3)
	var text []byte
	for i := range 1000 {
		text = append(generated.appendText(text, i), '\n')
	}
	q := Question{Algorithms: []string{"ring_hash"}, Seed: 3, Keys: "1000"}
	first := run(t, q, 1)
	q.Keys, q.Given = "", readKeys(text)
	if second := run(t, q, 1); first.Steps[0].Results[0].Moved != second.Steps[0].Results[0].Moved {
		t.Error("they move otherwise")
	}
}
