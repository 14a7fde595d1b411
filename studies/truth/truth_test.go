package truth

import (
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"
	"text/tabwriter"
)

// all tells that everything is asked for, however long it takes.
func all() bool { return os.Getenv("LBSIM_TRUTH") == "1" }

const (
	rowsExpected = 700
	// quickBudget is how many simulated requests the quick suite may spend, by
	// expectation.
	quickBudget = 140e6
)

// A score is how a family did.
type score struct {
	rows, run, passed int
	worst             float64
	worstID           string
	requests          uint64
}

// A board keeps the scores.
type board struct {
	t        *testing.T
	families map[string]*score
}

func (b *board) of(r row) *score {
	s := b.families[r.Family()]
	if s == nil {
		s = &score{}
		b.families[r.Family()] = s
	}
	return s
}

// add enters a row's verdict.
func (b *board) add(t *testing.T, r row, v verdict) {
	t.Helper()
	s := b.of(r)
	s.run++
	if v.why == "" {
		s.passed++
	} else {
		t.Errorf("%s (%s): %s", r.ID, r.Kind, v.why)
	}
	if v.deviation >= s.worst {
		s.worst, s.worstID = v.deviation, r.ID
	}
}

// Every row of the table is either simulated, computed by the formula that lbsim
// prints, or picked by the schedule or the choice among bins that it is about.
func TestKnownAnswers(t *testing.T) {
	rows := readTable(t)
	if len(rows) < rowsExpected {
		t.Errorf("%d rows in the families, there were %d", len(rows), rowsExpected)
	}
	b := &board{t: t, families: map[string]*score{}}
	for _, r := range rows {
		b.of(r).rows++
		switch {
		case isSchedule(r):
			b.add(t, r, scheduleVerdict(r))
		case r.formula():
			b.add(t, r, formulaVerdict(r))
		}
	}
	simulate(b, rows)
	throwBalls(b, rows)
	b.report(t)
}

// simulate runs the groups as far as the budget goes.
func simulate(b *board, rows []row) {
	spent := 0.0
	for _, g := range cheapestFirst(groupsOf(rows)) {
		if spent+g.cost() > quickBudget && !all() {
			continue
		}
		spent += g.cost()
		b.t.Run(g.rows[0].ID, func(t *testing.T) { g.check(t, b) })
	}
}

// cheapestFirst orders groups by their cost, but puts the cheapest of every family
// before all others.
func cheapestFirst(groups []*group) (ordered []*group) {
	costs := map[*group]float64{}
	for _, g := range groups {
		costs[g] = g.cost()
	}
	sort.SliceStable(groups, func(i, j int) bool { return costs[groups[i]] < costs[groups[j]] })
	met := map[string]bool{}
	var rest []*group
	for _, g := range groups {
		if family := g.rows[0].Family(); !met[family] {
			met[family] = true
			ordered = append(ordered, g)
		} else {
			rest = append(rest, g)
		}
	}
	return append(ordered, rest...)
}

// check runs a group and judges its rows.
func (g *group) check(t *testing.T, b *board) {
	f, err := g.run()
	if err != nil {
		t.Fatal(err)
	}
	b.of(g.rows[0]).requests += f.requests
	for _, r := range g.rows {
		var worst verdict
		for _, m := range metricsOf(r) {
			e := estimateOf(f.samples[g.find(m.name)])
			v := r.judge(e, g.world.load())
			if v.deviation >= worst.deviation {
				worst = v
			}
			t.Logf("%s, %s: %.7g ± %.2g for %.7g, %.2f of the tolerance", r.ID, m.name, e.mean, e.half, r.Value(), v.deviation)
		}
		b.add(t, r, worst)
	}
	t.Logf("%d replications, %.3g requests, %.3g expected", len(f.samples[0]), float64(f.requests), g.cost())
}

// report prints a table by family and holds the counts against what there should be.
func (b *board) report(t *testing.T) {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "family\tcases\trun\tpassed\tworst, in tolerances\tcase\trequests")
	var sum score
	for _, family := range strings.Fields(families) {
		s := b.families[family]
		if s == nil {
			t.Errorf("no case of family %s", family)
			continue
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%.2f\t%s\t%.3gM\n", family, s.rows, s.run, s.passed, s.worst, s.worstID, float64(s.requests)/1e6)
		sum.rows, sum.run, sum.passed, sum.requests = sum.rows+s.rows, sum.run+s.run, sum.passed+s.passed, sum.requests+s.requests
	}
	fmt.Fprintf(w, "all\t%d\t%d\t%d\t\t\t%.3gM\n", sum.rows, sum.run, sum.passed, float64(sum.requests)/1e6)
	w.Flush()
	t.Logf("%d of %d cases run, %d left to LBSIM_TRUTH=1 (make truth)\n%s", sum.run, sum.rows, sum.rows-sum.run, &text)
	if one := flag.Lookup("test.run").Value.String(); strings.Contains(one, "/") {
		return // asked for single groups
	}
	if least := leastQuick; all() {
		if sum.run != sum.rows {
			t.Errorf("%d cases run: all %d should be", sum.run, sum.rows)
		}
	} else if sum.run < least {
		t.Errorf("%d cases run, there were at least %d", sum.run, least)
	}
}

const leastQuick = 190
