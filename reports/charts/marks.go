package charts

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/vg"
)

// mark is an event on the time axis: a vertical and, in the rows above the panel, its name.
type mark struct {
	eventLabel
	x    vg.Length // from the left of the box
	row  int       // of its name, 0 is the highest; -1: there is no room for it
	from vg.Length // where its name begins, from the left of the box
}

// clearRows is in how many rows of names no vertical crosses a name; mostRows is how many
// rows there are where these do not suffice.
const (
	clearRows = 3
	mostRows  = 4
)

// nameGap is between a vertical and its name, and about a name.
const nameGap = vg.Length(3)

func (m *mark) to() vg.Length { return m.from + tickFace.width(m.text) }

// placeMarks gives each event its place over a box of some width. What was done to the
// world comes first where names lack room.
func placeMarks(events []eventLabel, x scale, width vg.Length) []mark {
	var marks []mark
	for _, e := range events {
		if x.holds(e.at) {
			e.text = tickFace.shortened(e.text, width/2)
			marks = append(marks, mark{eventLabel: e, x: vg.Length(x.at(e.at)) * width, row: -1})
		}
	}
	order := make([]*mark, len(marks))
	for i := range marks {
		order[i] = &marks[i]
	}
	slices.SortStableFunc(order, func(a, b *mark) int { return cmp.Compare(a.rank, b.rank) })
	for i, m := range order {
		m.name(order[:i], width)
	}
	return marks
}

// name finds the highest row in which a mark's name fits among those placed before it,
// right of its vertical or left of it.
func (m *mark) name(placed []*mark, width vg.Length) {
	fits := func(row int, from vg.Length, touches func(a, b *mark) bool) bool {
		x := *m
		x.row, x.from = row, from
		if from < 0 || x.to() > width+2 || slices.ContainsFunc(placed, func(p *mark) bool { return p.row >= 0 && touches(&x, p) }) {
			return false
		}
		*m = x
		return true
	}
	beside := []vg.Length{m.x + nameGap, m.x - nameGap - tickFace.width(m.text)}
	for row := range clearRows {
		for _, from := range beside {
			if fits(row, from, func(a, b *mark) bool { return a.overlaps(b) || a.crosses(b) || b.crosses(a) }) {
				return
			}
		}
	}
	for row := range mostRows {
		for _, from := range beside {
			if fits(row, from, (*mark).overlaps) {
				return
			}
		}
	}
}

// overlaps reports whether names would touch.
func (m *mark) overlaps(p *mark) bool {
	return p.row == m.row && m.from < p.to()+2*nameGap && p.from < m.to()+2*nameGap
}

// crosses reports whether a mark's vertical, which goes up to its own name, crosses the
// name of another.
func (m *mark) crosses(p *mark) bool {
	return m.row < p.row && m.x > p.from-nameGap && m.x < p.to()+nameGap
}

// rowsOf is how many rows the names take.
func rowsOf(marks []mark) int {
	rows := 0
	for _, m := range marks {
		rows = max(rows, m.row+1)
	}
	return rows
}

// drawMarks draws a vertical for each mark, solid for what was done to the world and dotted
// for what others made of it, and fainter where it has no name; with names, those too.
func drawMarks(p placed, marks []mark, names bool) {
	rows := rowsOf(marks)
	baseline := func(row int) vg.Length {
		return p.box.Max.Y + nameGap + vg.Length(rows-1-row)*tickFace.line()
	}
	for i := range marks {
		m := &marks[i]
		x, foot := p.box.Min.X+m.x, p.box.Min.Y
		face, style := tickFace, stroke(secondary, 0.9)
		if m.rank > 0 {
			face, style = markFace, stroke(secondary, 0.9, 1.2, 1.8)
		}
		if !names || m.row < 0 {
			if m.row < 0 {
				style.Color, style.Width = majorGrid, gridWidth
			}
			p.StrokeLine2(style, x, foot, x, p.box.Max.Y)
			continue
		}
		for row := rows - 1; row > m.row; row-- { // from the lowest name up
			if slices.ContainsFunc(marks, func(o mark) bool { return o.row == row && m.crosses(&o) }) {
				p.StrokeLine2(style, x, foot, x, baseline(row)-2)
				foot = baseline(row) + tickFace.face.Font.Size
			}
		}
		p.StrokeLine2(style, x, foot, x, baseline(m.row)+tickFace.face.Font.Size*0.7)
		face.write(p, p.box.Min.X+m.from, baseline(m.row), m.text)
	}
}
