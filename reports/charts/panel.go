package charts

import (
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel is a pair of axes with what is drawn between them.
type panel struct {
	yLabel, xLabel string  // the y label lies above the axis, where it reads well
	legend         []entry // right of the y label, where the panel's lines are not the figure's
	x, y           scale
	xTicks, yTicks []tick
	xGrid          bool           // off for time series and bars
	groups         []tick         // instead of x ticks: names under groups of bars
	under          []func(placed) // drawn beneath the grid: spans
	items          []func(placed)
	events         []eventLabel // drawn as verticals
	named          bool         // the events have their names above the panel
	marks          []mark       // the events, once their places are known
	bare           bool         // without axes: a picture, not a plot
}

// placed is a panel on a canvas: box is where data goes.
type placed struct {
	draw.Canvas
	box  vg.Rectangle
	x, y scale
}

// at returns the point of a pair of values.
func (p placed) at(x, y float64) vg.Point {
	return vg.Point{
		X: p.box.Min.X + vg.Length(p.x.at(x))*p.box.Size().X,
		Y: p.box.Min.Y + vg.Length(p.y.at(y))*p.box.Size().Y,
	}
}

// around is the height of a panel's labels above and below its box.
func (p *panel) around() vg.Length { return p.aboveBox() + p.belowBox() }

// aboveBox is the room for the y label and the names of marks.
func (p *panel) aboveBox() vg.Length {
	height := yLabelFace.line() + 5
	if rows := rowsOf(p.marks); p.named && rows > 0 {
		height += nameGap + vg.Length(rows)*tickFace.line()
	}
	return height
}

// belowBox is the room for the x axis: ticks or names where there are any, and
// its label.
func (p *panel) belowBox() vg.Length {
	height := tickLength + 4
	if len(p.xTicks)+len(p.groups) > 0 {
		height += tickFace.line()
	}
	if p.xLabel != "" {
		height += labelFace.line()
	}
	return height
}

// yTickWidth is the width of the widest y tick with its label.
func (p *panel) yTickWidth() vg.Length {
	widest := vg.Length(0)
	for _, t := range p.yTicks {
		widest = max(widest, tickFace.width(t.label)+tickLength+3)
	}
	return widest
}

// box is the room for data within the panel's rectangle: left of it is the room
// for y ticks, the same for all panels of a figure, so that their x axes agree;
// right of it room for half of the last x label.
func (p *panel) box(r vg.Rectangle, left vg.Length) vg.Rectangle {
	return vg.Rectangle{
		Min: vg.Point{X: r.Min.X + left, Y: r.Min.Y + p.belowBox()},
		Max: vg.Point{X: r.Max.X - p.right(), Y: r.Max.Y - p.aboveBox()},
	}
}

// right is the room right of the box.
func (p *panel) right() vg.Length {
	right := vg.Length(2)
	for _, t := range p.xTicks {
		half := tickFace.width(t.label) / 2
		if p.x.at(t.value) > 0.98 {
			right = max(right, half)
		}
	}
	return right
}

func (p *panel) draw(c draw.Canvas, r vg.Rectangle, left vg.Length) {
	box := p.box(r, left)
	at := placed{Canvas: c, box: box, x: p.x, y: p.y}
	for _, item := range p.under {
		item(at)
	}
	p.drawGrid(at)
	for _, item := range p.items {
		item(at)
	}
	drawMarks(at, p.marks, p.named)
	p.drawAxes(at)
	yLabelFace.write(c, r.Min.X, r.Max.Y-yLabelFace.line()*0.8, p.yLabel)
	p.drawLegend(c, r)
	if p.xLabel != "" {
		labelFace.writeCentered(c, (box.Min.X+box.Max.X)/2, r.Min.Y+labelFace.line()*0.35, p.xLabel)
	}
}

// drawLegend writes the panel's own legend in the line of the y label, as much of it as
// fits.
func (p *panel) drawLegend(c draw.Canvas, r vg.Rectangle) {
	x := r.Max.X
	left := r.Min.X + yLabelFace.width(p.yLabel) + legendGap
	for _, e := range slices.Backward(p.legend) {
		if x -= e.width(); x < left {
			return
		}
		entryAt{vg.Point{X: x, Y: r.Max.Y - yLabelFace.line()*0.8}, e, 0}.draw(c)
		x -= legendGap
	}
}

func (p *panel) drawGrid(at placed) {
	for _, heavy := range []bool{false, true} { // the heavier lines on top
		style := stroke(minorGrid, gridWidth)
		if heavy {
			style = stroke(majorGrid, gridWidth)
		}
		for _, t := range p.xTicks {
			if p.xGrid && t.grid == heavy {
				x := at.at(t.value, p.y.low).X
				at.StrokeLine2(style, x, at.box.Min.Y, x, at.box.Max.Y)
			}
		}
		for _, t := range p.yTicks {
			if t.grid == heavy {
				y := at.at(p.x.low, t.value).Y
				at.StrokeLine2(style, at.box.Min.X, y, at.box.Max.X, y)
			}
		}
	}
}

func (p *panel) drawAxes(at placed) {
	style := stroke(axisColor, axisWidth)
	box := at.box
	if !p.bare {
		at.StrokeLine2(style, box.Min.X, box.Min.Y, box.Min.X, box.Max.Y)
		at.StrokeLine2(style, box.Min.X, box.Min.Y, box.Max.X, box.Min.Y)
	}
	for _, t := range p.yTicks {
		y := at.at(p.x.low, t.value).Y
		length := minorTick
		if t.label != "" {
			length = tickLength
		}
		at.StrokeLine2(style, box.Min.X-length, y, box.Min.X, y)
		tickFace.write(at, box.Min.X-tickLength-3-tickFace.width(t.label), y-tickFace.face.Font.Size*0.35, t.label)
	}
	baseline := box.Min.Y - tickLength - tickFace.line()*0.85
	for _, t := range p.xTicks {
		length := minorTick
		if t.label != "" {
			length = tickLength
		}
		x := at.at(t.value, p.y.low).X
		at.StrokeLine2(style, x, box.Min.Y, x, box.Min.Y-length)
	}
	for _, t := range withoutOverlap(p.xTicks, func(t tick) vg.Length { return at.at(t.value, p.y.low).X }) {
		tickFace.writeCentered(at, at.at(t.value, p.y.low).X, baseline, t.label)
	}
	for _, t := range p.groups {
		tickFace.writeCentered(at, at.at(t.value, p.y.low).X, baseline, t.label)
	}
}

// withoutOverlap leaves out the labels that would touch the one before.
func withoutOverlap(ticks []tick, place func(tick) vg.Length) []tick {
	var out []tick
	end := vg.Length(-1e9)
	for _, t := range ticks {
		half := tickFace.width(t.label) / 2
		if t.label == "" || place(t)-half < end+4 {
			continue
		}
		out = append(out, t)
		end = place(t) + half
	}
	return out
}
