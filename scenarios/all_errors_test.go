package scenarios_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"lbsim/config/decode"
)

// A scenario with mistakes in every section, some of which are only seen where sections are
// held against each other, shows all of them at once.
func TestMistakesEverywhere(t *testing.T) {
	text, err := os.ReadFile("testdata/mistakes-everywhere.yaml")
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile("testdata/mistakes-everywhere.golden")
	if err != nil {
		t.Fatal(err)
	}
	_, err = load(string(text))
	if err == nil {
		t.Fatal("no error")
	}
	got, want := strings.Split(err.Error(), "\n"), strings.Split(strings.TrimSpace(string(golden)), "\n")
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !strings.HasPrefix(got[i], want[i]) {
			t.Fatalf("from line %d on got\n%s\nwant\n%s", i+1, strings.Join(got[i:], "\n"), strings.Join(want[i:], "\n"))
		}
	}
}

// Two mistakes in different places are what each of them is by itself: hardly ever does one
// hide the other, as a misspelt group does who calls it, or is something reported that only
// follows from both, as where parts that are good by themselves contradict each other.
func TestMistakesDoNotMultiply(t *testing.T) {
	alone := make([]decode.Problems, len(mistakes))
	for i, m := range mistakes {
		alone[i] = problemsOf(strings.Replace(base, m.old, m.new, 1))
	}
	pairs, hidden, more := 0, 0, 0
	for i, a := range mistakes {
		for k := 1; k < 8; k++ {
			j := (i + k*17) % len(mistakes)
			b := mistakes[j]
			one := strings.Replace(base, a.old, a.new, 1)
			if j == i || strings.Count(one, b.old) != 1 || strings.Contains(a.new, b.old) || together(alone[i], alone[j]) {
				continue
			}
			pairs++
			both := said(problemsOf(strings.Replace(one, b.old, b.new, 1)))
			want := append(said(alone[i]), said(alone[j])...)
			for _, x := range both {
				if !slices.Contains(want, x) {
					more++
					t.Logf("%q and %q: %s", a.new, b.new, x)
				}
			}
			for _, x := range want {
				if !slices.Contains(both, x) {
					hidden++
				}
			}
		}
	}
	if pairs < 500 || hidden > pairs/20 || more > pairs/40 {
		t.Errorf("of %d pairs a mistake hides another in %d, and %d are reported that only follow", pairs, hidden, more)
	}
}

func problemsOf(text string) decode.Problems {
	_, err := load(text)
	problems, _ := err.(decode.Problems)
	return problems
}

// said is what is wrong, wherever it stands and whatever is suggested instead.
func said(problems decode.Problems) []string {
	var all []string
	for _, p := range problems {
		rule, _, _ := strings.Cut(p.Rule, ":")
		all = append(all, p.Path+" = "+p.Value+": "+rule)
	}
	return all
}

// together reports whether two mistakes are in one element of the scenario, or one of them
// is no YAML.
func together(a, b decode.Problems) bool {
	element := func(path string) string {
		section, rest, _ := strings.Cut(path, ".")
		if strings.HasSuffix(section, "]") || rest == "" {
			return section
		}
		key, _, _ := strings.Cut(rest, ".")
		return section + "." + key
	}
	for _, x := range a {
		for _, y := range b {
			if x.Path == "" || y.Path == "" || x.Path == "<<" || y.Path == "<<" || element(x.Path) == element(y.Path) {
				return true
			}
		}
	}
	return false
}
