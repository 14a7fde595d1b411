package reports

import (
	"math"
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
}

// gridRow is a row. The best of a column is sought among the rows of a group.
type gridRow struct {
	labels  []string
	group   string
	figures []result.Estimate
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
		case !known && m.rank > 0 || zero && m.goal == noGoal:
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

// markBest notes the best figure of each group, unless what is printed of the
// group is the same all over.
func (g *grid) markBest(s *strip, goal goal, column []result.Estimate) {
	if goal == noGoal {
		return
	}
	groups := map[string][]int{}
	for i, row := range g.rows {
		groups[row.group] = append(groups[row.group], i)
	}
	for _, rows := range groups {
		best, least, most := -1, math.Inf(1), math.Inf(-1)
		for _, i := range rows {
			if column[i].Known() {
				v := *column[i].Value
				if best < 0 || goal == lowest && v < least || goal == highest && v > most {
					best = i
				}
				least, most = min(least, v), max(most, v)
			}
		}
		if best >= 0 && printedDiffers(s.cells, rows) {
			s.best[best] = true
		}
	}
}

func printedDiffers(cells []string, rows []int) bool {
	number := func(i int) string {
		n, _, _ := strings.Cut(strings.TrimSpace(cells[i]), "\x00")
		n, _, _ = strings.Cut(n, " ")
		return n
	}
	for _, i := range rows {
		if number(i) != number(rows[0]) {
			return true
		}
	}
	return false
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
