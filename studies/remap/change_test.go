package remap

import (
	"strings"
	"testing"
)

func TestParseChanges(t *testing.T) {
	for _, c := range []struct {
		text string
		want []Change
	}{
		{"+1", []Change{{Text: "+1", verb: add, count: 1}}},
		{" + 12 ", []Change{{Text: "+12", verb: add, count: 12}}},
		{"-1", []Change{{Text: "-1", verb: remove, count: 1, which: which{word: "last"}}}},
		{"-1@first", []Change{{Text: "-1@first", verb: remove, count: 1, which: which{word: "first"}}}},
		{"-2@random", []Change{{Text: "-2@random", verb: remove, count: 2, which: which{word: "random"}}}},
		{"-1@3", []Change{{Text: "-1@3", verb: remove, count: 1, which: which{position: 3}}}},
		{"-1@node-7", []Change{{Text: "-1@node-7", verb: remove, count: 1, which: which{name: "node-7"}}}},
		{"replace", []Change{{Text: "replace", verb: replace, count: 1, which: which{word: "last"}}}},
		{"replace@3", []Change{{Text: "replace@3", verb: replace, count: 1, which: which{position: 3}}}},
		{"weight:3=2.5", []Change{{Text: "weight:3=2.5", verb: reweight, count: 1, which: which{position: 3}, weight: 2.5}}},
		{"9:00+4, 12:00 -1@random;18:00 -4\n", []Change{
			{At: "09:00", Text: "+4", verb: add, count: 4},
			{At: "12:00", Text: "-1@random", verb: remove, count: 1, which: which{word: "random"}},
			{At: "18:00", Text: "-4", verb: remove, count: 4, which: which{word: "last"}},
		}},
	} {
		got, err := ParseChanges(c.text)
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%q: %+v, error %v", c.text, got, err)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%q: %+v, want %+v", c.text, got[i], c.want[i])
			}
		}
	}
}

func TestWrongChanges(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "is empty: a change is +K",
		" , ":                   "is empty",
		"+":                     `"" is no number of nodes`,
		"+0":                    `"0" is no number of nodes: must be a whole number in [1, 1000000]`,
		"+-1":                   `"-1" is no number of nodes`,
		"-+1":                   `"+1" is no number of nodes`,
		"+1.5":                  `"1.5" is no number of nodes`,
		"-1@":                   `"" says no node`,
		"-1@0":                  "position 0: positions are counted from 1",
		"-1@frist":              "did you mean first?",
		"-1@no de/":             `"node/" says no node`,
		"replcae":               "did you mean replace?",
		"wieght:3=2":            "did you mean weight?",
		"remove 3":              "is no change: a change is +K",
		"weight:3":              "the new weight is missing",
		"weight:3=-1":           `weight "-1": must be a number > 0`,
		"weight:3=0":            `weight "0": must be a number > 0`,
		"25:00 +1":              "25:00 is no time of day",
		"12:00 +1, 09:00 -1":    "09:00 comes after 12:00",
		"1":                     "is no change",
		"replace@-1":            "position -1",
		"+99999999999999999999": "is no number of nodes",
	} {
		if _, err := ParseChanges(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	_, err := ParseChanges("+x, -1, foo")
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("two mistakes are not said at once: %v", err)
	}
}

// Whatever is typed: an error or changes that say the same when they are read again,
// and that a pool survives.
func FuzzChanges(f *testing.F) {
	for _, text := range []string{"+1,-1,-1@first,replace,weight:3=2", "09:00 +4; 12:00 -1@random", "-1@node-7", "weight:last=0.5", "+", "@"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 100 {
			return
		}
		changes, err := ParseChanges(text)
		if err != nil {
			return
		}
		if len(changes) == 0 {
			t.Fatalf("%q: neither changes nor an error", text)
		}
		r := newRoster(nil, []float64{1, 2, 3, 1, 1}, 1)
		for _, c := range changes {
			again, err := ParseChanges(strings.TrimSpace(c.At + " " + c.Text))
			if err != nil || len(again) != 1 || again[0] != c {
				t.Fatalf("%q: %+v is read as %+v, %v", text, c, again, err)
			}
			if c.count > 1000 {
				return
			}
			before := len(r.nodes)
			if r.apply(c) != nil {
				continue
			}
			want := map[verb]int{add: before + c.count, remove: before - c.count, replace: before, reweight: before}[c.verb]
			if len(r.nodes) != want || want < 1 {
				t.Fatalf("%q: %d nodes become %d", c.Text, before, len(r.nodes))
			}
		}
	})
}

func TestRoster(t *testing.T) {
	for _, c := range []struct{ changes, want string }{
		{"+2", "node-1 node-2 node-3 node-4 node-5 node-6"},
		{"-1", "node-1 node-2 node-3"},
		{"-2@first", "node-3 node-4"},
		{"-2@2", "node-1 node-4"},
		{"-1@node-2", "node-1 node-3 node-4"},
		{"replace@2", "node-1 node-5 node-3 node-4"},
		{"-1@first,+1", "node-2 node-3 node-4 node-5"},
		{"replace,replace", "node-1 node-2 node-3 node-6"},
	} {
		changes, err := ParseChanges(c.changes)
		if err != nil {
			t.Fatal(err)
		}
		r := newRoster(nil, []float64{1, 1, 1, 1}, 1)
		start := r.nodes
		for _, change := range changes {
			if err := r.apply(change); err != nil {
				t.Fatalf("%s: %v", c.changes, err)
			}
		}
		if got := strings.Join(names(r.nodes), " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.changes, got, c.want)
		}
		if got := strings.Join(names(start), " "); got != "node-1 node-2 node-3 node-4" {
			t.Errorf("%s: the roster before became %s", c.changes, got)
		}
	}
}

// Given names are kept, and who comes later is called like the last one.
func TestNames(t *testing.T) {
	for _, c := range []struct{ nodes, want string }{
		{"api-7,api-3", "api-7 api-3 api-4 api-5"},
		{"api-4,api-3", "api-4 api-3 api-5 api-6"},
		{"10.0.0.1:6379,10.0.0.9", "10.0.0.1:6379 10.0.0.9 10.0.0.10 10.0.0.11"},
		{"a,b", "a b node-1 node-2"},
		{"node-1,b", "node-1 b node-2 node-3"},
	} {
		p, err := Question{Nodes: c.nodes, Changes: "+2", Keys: "10"}.Plan()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(names(p.steps[0].after), " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.nodes, got, c.want)
		}
	}
}

func TestImpossibleChanges(t *testing.T) {
	for text, want := range map[string]string{
		"-4":          "would remove 4 of 4 nodes: one at least must stay",
		"-9@first":    "would remove 9 of 4 nodes",
		"-1@9":        "position 9 is beyond the pool, which has 4 nodes",
		"-2@4":        "position 5 is beyond the pool",
		"replace@5":   "position 5 is beyond the pool",
		"-1@node-77":  "there is no node node-77: did you mean node-",
		"-1@api":      "there is no node api: known: node-1, node-2, node-3, node-4",
		"weight:9=2":  "position 9 is beyond the pool",
		"-2@node-4":   "from node-4 on the pool has only 1 node",
		"+999999":     "1000003 nodes would be there: at most 1000000 can be",
		"-1,-1,-1,-1": "(step 4 of 4): would remove 1 of 1 nodes",
	} {
		_, err := Question{Nodes: "4", Changes: text, Keys: "10"}.Plan()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
