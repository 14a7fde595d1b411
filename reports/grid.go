package reports

import (
	"cmp"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// grid is a table before it is laid out: label columns, then figures.
type grid struct {
	labels  []string
	metrics []metric
	rows    []gridRow
	unknown string // what a figure that is not known means; "": that too few requests support it
}

// gridRow is a row. The best of a column is sought among the rows of a group
// that are not overloaded.
type gridRow struct {
	labels     []string
	group      string
	overloaded bool
	figures    []result.Estimate
}

// strip is a column laid out: cells of one width, the best of them noted.
type strip struct {
	name  string // without the unit
	title string
	cells []string
	best  []bool
	rank  int
}

// strips lays out the columns that have anything to show; unknown names the
// quantiles that no row has.
func (g *grid) strips(aligned bool) (shown []strip, unknown []string) {
	for i, m := range g.metrics {
		column := make([]result.Estimate, len(g.rows))
		known, zero := false, true
		for j, row := range g.rows {
			column[j] = row.figures[i]
			known = known || column[j].Known()
			zero = zero && column[j].Known() && *column[j].Value == 0
		}
		switch {
		case !known && m.title[0] == 'p' && g.anyKnown():
			unknown = append(unknown, m.title)
		case !known && (m.rank > 0 || g.allOverloaded()) || zero && m.goal == noGoal:
		default:
			s := layOut(m, column, aligned)
			g.markBest(&s, m.goal, column)
			shown = append(shown, s)
		}
	}
	return shown, unknown
}

// anyKnown reports whether some row has its first duration, so that a missing
// quantile is for want of requests and not for overload.
func (g *grid) anyKnown() bool {
	for i, m := range g.metrics {
		if m.kind == wording.Duration {
			for _, row := range g.rows {
				if row.figures[i].Known() {
					return true
				}
			}
			return false
		}
	}
	return false
}

// allOverloaded reports whether no row has a steady state.
func (g *grid) allOverloaded() bool {
	return !slices.ContainsFunc(g.rows, func(row gridRow) bool { return !row.overloaded })
}

// layOut prints a column in one unit. Aligned cells have their values flush right
// and their half widths flush left, so that both can be compared down the column.
func layOut(m metric, column []result.Estimate, aligned bool) strip {
	var values []float64
	for _, e := range column {
		if e.Known() {
			values = append(values, *e.Value)
		}
	}
	unit := m.kind.UnitOf(values...)
	s := strip{name: m.title, title: m.title, rank: m.rank, best: make([]bool, len(column))}
	if unit.Name != "" {
		s.title += " (" + unit.Name + ")"
	}
	numbers, halves := make([]string, len(column)), make([]string, len(column))
	for i, e := range column {
		numbers[i], halves[i], _ = strings.Cut(wording.Estimate(unit, e), " ")
	}
	widest, widestHalf := widestOf(numbers), widestOf(halves)
	for i := range column {
		cell := strings.TrimSpace(numbers[i] + " " + halves[i])
		if aligned {
			cell = text.AlignRight.Apply(numbers[i], widest) + "\x00" // where the mark goes
			if widestHalf > 0 {
				cell += " " + text.AlignLeft.Apply(halves[i], widestHalf)
			}
		}
		s.cells = append(s.cells, cell)
	}
	return s
}

func widestOf(cells []string) int {
	widest := 0
	for _, c := range cells {
		widest = max(widest, text.StringWidthWithoutEscSequences(c))
	}
	return widest
}

// markBest notes the best figure of each group where it is apart from all others
// of the group: in what is printed and, where there are intervals, in those.
func (g *grid) markBest(s *strip, goal goal, column []result.Estimate) {
	if goal == noGoal {
		return
	}
	groups := map[string][]int{}
	for i, row := range g.rows {
		if column[i].Known() && !row.overloaded {
			groups[row.group] = append(groups[row.group], i)
		}
	}
	for _, rows := range groups {
		best := slices.MinFunc(rows, func(i, j int) int {
			if goal == highest {
				i, j = j, i
			}
			return cmp.Compare(*column[i].Value, *column[j].Value)
		})
		apart := len(rows) > 1
		for _, i := range rows {
			if i != best {
				apart = apart && disjoint(column[best], column[i]) && printedNumber(s.cells[best]) != printedNumber(s.cells[i])
			}
		}
		s.best[best] = apart
	}
}

// disjoint reports whether the intervals of two known estimates have nothing in
// common; one without an interval is its value.
func disjoint(a, b result.Estimate) bool {
	bounds := func(e result.Estimate) (low, high float64) {
		if e.Low == nil || e.High == nil {
			return *e.Value, *e.Value
		}
		return *e.Low, *e.High
	}
	lowA, highA := bounds(a)
	lowB, highB := bounds(b)
	return highA < lowB || highB < lowA
}

// printedNumber is a cell's value without its half width.
func printedNumber(cell string) string {
	n, _, _ := strings.Cut(strings.TrimSpace(cell), "\x00")
	n, _, _ = strings.Cut(n, " ")
	return n
}

// fitting leaves out strips, those of the greatest rank first, until the table
// is at most width columns wide; rank 0 stays. It also returns the names of those
// left out.
func fitting(strips []strip, labels, width int) (kept []strip, left []string) {
	for len(strips) > 0 {
		wide, worst := labels, 0
		for i, s := range strips {
			cells := widestOf(s.cells)
			if slices.Contains(s.best, true) {
				cells++ // the mark
			}
			wide += columnGap + max(cells, widestOf([]string{s.title}))
			if s.rank > strips[worst].rank {
				worst = i
			}
		}
		if width <= 0 || wide <= width || strips[worst].rank == 0 {
			break
		}
		left = append(left, strips[worst].name)
		strips = slices.Delete(strips, worst, worst+1)
	}
	slices.Reverse(left) // the most wanted first
	return strips, left
}
