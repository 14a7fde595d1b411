package charts

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// figure is a chart before it is drawn: what is said around the panels, and the
// panels from top to bottom.
type figure struct {
	title, subtitle, footer string
	legend                  []entry
	panels                  []*panel
}

// entry is a variant in the legend: a line, or a box where the chart has bars.
type entry struct {
	text string
	look look
	box  bool
}

// frame is where the parts of a figure are, in points from the bottom left
// corner of the canvas.
type frame struct {
	size     vg.Point
	title    []textAt
	subtitle []textAt
	legend   []entryAt
	footer   []textAt
	panels   []vg.Rectangle // all that belongs to a panel, labels too
}

// textAt is a line of text that begins at a point of its baseline.
type textAt struct {
	vg.Point
	text string
}

// entryAt is a legend entry, its swatch beginning at Point.
type entryAt struct {
	vg.Point
	entry
	width vg.Length
}

// layout places everything. The figure grows in height when its texts take so
// many lines that the panels would become too flat.
func (f *figure) layout() frame {
	for _, p := range f.panels {
		p.marks = placeMarks(p.events, p.x, textWidth-f.left()-p.right())
	}
	title := titleFace.wrapped(f.title, textWidth)
	subtitle := subtitleFace.wrapped(f.subtitle, textWidth)
	footer := footerFace.wrapped(f.footer, textWidth)
	rows := legendRows(f.legend)
	header := topMargin + lines(title, titleFace) + lines(subtitle, subtitleFace) + 5 + vg.Length(len(rows))*legendFace.line()*1.15 + 4
	below := lines(footer, footerFace) + margin + 2
	height := onePanel
	if len(f.panels) > 1 {
		height = twoPanels
	}
	least := header + below
	for _, p := range f.panels {
		least += leastPanel + p.around()
	}
	height = max(height, least)

	fr := frame{size: vg.Point{X: figureWidth, Y: height}}
	y := height - topMargin
	fr.title, y = stacked(title, titleFace, y)
	fr.subtitle, y = stacked(subtitle, subtitleFace, y)
	y -= 5
	for _, row := range rows {
		y -= legendFace.line() * 1.15
		x := margin
		for _, e := range row {
			fr.legend = append(fr.legend, entryAt{vg.Point{X: x, Y: y + 3}, e, e.width()})
			x += e.width() + legendGap
		}
	}
	fr.footer, _ = stacked(footer, footerFace, below-2)
	fr.panels = f.panelBoxes(y-4, below)
	return fr
}

// panelBoxes shares the height between top and bottom, the same to each panel's
// box after what is around it.
func (f *figure) panelBoxes(top, bottom vg.Length) []vg.Rectangle {
	free := top - bottom
	for _, p := range f.panels {
		free -= p.around()
	}
	var out []vg.Rectangle
	for _, p := range f.panels {
		height := free/vg.Length(len(f.panels)) + p.around()
		out = append(out, vg.Rectangle{Min: vg.Point{X: margin, Y: top - height}, Max: vg.Point{X: figureWidth - margin, Y: top}})
		top -= height
	}
	return out
}

func lines(texts []string, t typeface) vg.Length { return vg.Length(len(texts)) * t.line() }

// stacked places lines below y and returns where they end.
func stacked(texts []string, t typeface, y vg.Length) ([]textAt, vg.Length) {
	var out []textAt
	for _, s := range texts {
		y -= t.line()
		out = append(out, textAt{vg.Point{X: margin, Y: y + t.line()*0.22}, s})
	}
	return out, y
}

func (e entry) swatch() vg.Length {
	if e.box {
		return swatchBox
	}
	return swatchWidth
}

func (e entry) width() vg.Length { return e.swatch() + swatchTextGap + legendFace.width(e.text) }

// legendRows breaks the legend into rows that fit the width; an entry wider than
// a row is shortened.
func legendRows(entries []entry) [][]entry {
	var rows [][]entry
	used := vg.Length(0)
	for _, e := range entries {
		e.text = legendFace.shortened(e.text, textWidth-e.swatch()-swatchTextGap)
		if len(rows) == 0 || used+legendGap+e.width() > textWidth {
			rows = append(rows, nil)
			used = -legendGap
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		used += legendGap + e.width()
	}
	return rows
}

// size is the figure's width and height in points.
func (f *figure) size() (w, h vg.Length) {
	fr := f.layout()
	return fr.size.X, fr.size.Y
}

// draw draws the figure on a canvas of its size.
func (f *figure) draw(c draw.Canvas) {
	fr := f.layout()
	c.SetColor(white)
	c.Fill(c.Rectangle.Path())
	for _, part := range []struct {
		texts []textAt
		face  typeface
	}{{fr.title, titleFace}, {fr.subtitle, subtitleFace}, {fr.footer, footerFace}} {
		for _, t := range part.texts {
			part.face.write(c, t.X, t.Y, t.text)
		}
	}
	for _, e := range fr.legend {
		e.draw(c)
	}
	for i, p := range f.panels {
		p.draw(c, fr.panels[i], f.left())
	}
}

// left is the room for the y ticks of all panels.
func (f *figure) left() vg.Length {
	left := vg.Length(0)
	for _, p := range f.panels {
		left = max(left, p.yTickWidth())
	}
	return left
}

func (e entryAt) draw(c draw.Canvas) {
	middle := e.Y + 3.2
	if e.box {
		c.FillPolygon(e.look.color, rectangle(e.X, middle-swatchBox/2, e.X+swatchBox, middle+swatchBox/2))
	} else {
		c.StrokeLine2(stroke(e.look.color, lineWidth+0.2, e.look.dashes...), e.X, middle, e.X+swatchWidth, middle)
	}
	legendFace.write(c, e.X+e.swatch()+swatchTextGap, e.Y, e.text)
}

func rectangle(x0, y0, x1, y1 vg.Length) []vg.Point {
	return []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
}
