package reports

import (
	"cmp"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"lbsim/reports/wording"
)

const columnGap = 2

// table lays out a grid under its heading, or writes nothing without rows.
func (p *page) table(heading string, g grid) {
	if len(g.rows) == 0 {
		return
	}
	g = withoutEmptyLabels(g)
	widths := p.labelWidths(&g)
	strips, unknown := g.strips(!p.opt.Markdown)
	shown, narrow := fitting(strips, total(widths), p.opt.Width)
	if heading != "" && len(g.metrics) > 0 && empty(shown) {
		return
	}
	if heading != "" {
		p.heading(heading)
	} else if !p.opt.Markdown {
		p.text.WriteString("\n")
	}
	p.text.WriteString(p.rendered(&g, shown, widths))
	p.footnote(&g, shown, unknown, narrow)
}

// empty reports whether no cell has a figure.
func empty(strips []strip) bool {
	return !slices.ContainsFunc(strips, func(s strip) bool {
		return slices.ContainsFunc(s.cells, func(cell string) bool { return printedNumber(cell) != wording.Unknown })
	})
}

// withoutEmptyLabels drops label columns with nothing in them, such as the zone
// where there are none.
func withoutEmptyLabels(g grid) grid {
	kept := grid{metrics: g.metrics, unknown: g.unknown}
	rows := make([]gridRow, len(g.rows))
	for j, row := range g.rows {
		rows[j] = gridRow{group: row.group, overloaded: row.overloaded, figures: row.figures}
	}
	for i, label := range g.labels {
		filled := false
		for _, row := range g.rows {
			filled = filled || row.labels[i] != ""
		}
		if !filled {
			continue
		}
		kept.labels = append(kept.labels, label)
		for j, row := range g.rows {
			rows[j].labels = append(rows[j].labels, row.labels[i])
		}
	}
	kept.rows = rows
	return kept
}

// leastLabel is the width to which a label column may shrink.
const leastLabel = 12

// labelWidths gives the label columns half of the width, all of it where there
// are no figures, taking from the widest. Longer names are broken into lines,
// never cut, for a cut name may be another's.
func (p *page) labelWidths(g *grid) []int {
	widths := make([]int, len(g.labels))
	for i, label := range g.labels {
		widths[i] = widestOf([]string{label})
		for _, row := range g.rows {
			widths[i] = max(widths[i], widestOf(row.labels[i:i+1]))
		}
	}
	share := p.opt.Width / 2
	if len(g.metrics) == 0 {
		share = p.opt.Width
	}
	if p.opt.Width > 0 {
		shrink(widths, share, longestWords(g))
		shrink(widths, share, nil)
	}
	return widths
}

// shrink takes from the widest column until all fit into share or none may shrink
// any more: below leastLabel, or below its floor.
func shrink(widths []int, share int, floors []int) {
	for total(widths) > share {
		widest := -1
		for i, w := range widths {
			if w > leastLabel && (floors == nil || w > floors[i]) && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
	}
}

// longestWords is the width of the longest word of each label column: a narrower
// column would break it.
func longestWords(g *grid) []int {
	longest := make([]int, len(g.labels))
	for _, row := range g.rows {
		for i, label := range row.labels {
			longest[i] = max(longest[i], widestOf(strings.Fields(label)))
		}
	}
	return longest
}

// total is the width of columns with the gaps between them.
func total(widths []int) int {
	sum := -columnGap
	for _, w := range widths {
		sum += w + columnGap
	}
	return sum
}

func (p *page) rendered(g *grid, strips []strip, widths []int) string {
	t := table.NewWriter()
	t.SetStyle(plainStyle())
	header := table.Row{}
	var configs []table.ColumnConfig
	for i, label := range g.labels {
		header = append(header, label)
		configs = append(configs, table.ColumnConfig{Number: i + 1, WidthMax: widths[i], WidthMaxEnforcer: text.WrapSoft})
	}
	for i, s := range strips {
		header = append(header, s.title)
		configs = append(configs, table.ColumnConfig{Number: len(g.labels) + i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)
	for j, row := range g.rows {
		cells := table.Row{}
		for i, label := range row.labels {
			if i+1 < len(row.labels) && j > 0 && label == g.rows[j-1].labels[i] && row.group != "" {
				label = "" // a group's name stands once
			}
			cells = append(cells, label)
		}
		for _, s := range strips {
			cells = append(cells, p.mark(s, j))
		}
		t.AppendRow(cells)
	}
	if p.opt.Markdown {
		return t.RenderMarkdown() + "\n\n"
	}
	return withoutTrailingSpace(t.Render()) + "\n"
}

// mark prints a cell with the sign of the best.
func (p *page) mark(s strip, row int) string {
	cell, best := s.cells[row], s.best[row]
	switch {
	case p.opt.Markdown && best:
		return "**" + cell + "**"
	case p.opt.Markdown:
		return cell
	}
	sign := " "
	if best && !p.opt.Color {
		sign = "*"
	}
	if !slices.Contains(s.best, true) || p.opt.Color {
		sign = ""
	}
	cell = strings.Replace(cell, "\x00", sign, 1)
	if best {
		return p.paint(good, cell)
	}
	return cell
}

// footnote explains the signs of a table, each once a page, and names the
// columns that are not there.
func (p *page) footnote(g *grid, shown []strip, unknown, narrow []string) {
	best, interval, dash, overload := false, false, false, false
	for _, s := range shown {
		best = best || slices.Contains(s.best, true)
		for i, cell := range s.cells {
			interval = interval || strings.Contains(cell, "±")
			missing := printedNumber(cell) == wording.Unknown
			dash = dash || missing && !g.rows[i].overloaded
			overload = overload || missing && g.rows[i].overloaded
		}
	}
	var notes []string
	note := func(needed bool, text string) {
		if needed && !slices.Contains(p.noted, text) {
			notes, p.noted = append(notes, text), append(p.noted, text)
		}
	}
	note(best, p.bestSign()+" "+p.bestOf(interval))
	note(interval, "± half the 95% confidence interval")
	note(overload, wording.Unknown+" overloaded: no mean")
	note(dash, wording.Unknown+" "+cmp.Or(g.unknown, "not known: too few requests support the figure"))
	note(len(unknown) > 0, "too few requests for "+strings.Join(unknown, ", "))
	note(len(narrow) > 0, "a wider terminal also shows "+strings.Join(narrow, ", "))
	if len(notes) > 0 {
		p.paragraph(strings.Join(notes, "; "))
	}
}

// bestOf says among what the best was sought.
func (p *page) bestOf(interval bool) string {
	of := "best of its column"
	if p.sweep {
		of = "best at its load"
	}
	if interval {
		of += ", its interval apart from all others"
	}
	return of
}

func (p *page) bestSign() string {
	switch {
	case p.opt.Markdown:
		return "bold:"
	case p.opt.Color:
		return p.paint(good, "green")
	}
	return "*"
}

func plainStyle() table.Style {
	style := table.StyleLight
	style.Box.PaddingLeft, style.Box.PaddingRight = "", strings.Repeat(" ", columnGap)
	style.Options = table.Options{SeparateHeader: true}
	style.Format.Header = text.FormatDefault
	return style
}

func withoutTrailingSpace(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if strings.Trim(line, "─") == "" { // the rule is as long as the padding after the last column
			line = strings.TrimSuffix(line, strings.Repeat("─", columnGap))
		}
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}
