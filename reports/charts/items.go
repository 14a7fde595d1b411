package charts

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// xy is a pair of values.
type xy struct{ x, y float64 }

// curve draws lines through points, cut at the panel's box.
func curve(l look, segments ...[]xy) func(placed) {
	return func(p placed) {
		within := draw.Canvas{Canvas: p.Canvas.Canvas, Rectangle: p.box}
		width := lineWidth
		if l.thin {
			width = axisWidth
		}
		for _, segment := range segments {
			points := make([]vg.Point, 0, len(segment))
			for _, v := range segment {
				points = append(points, p.at(v.x, v.y))
			}
			if len(points) == 1 { // a lone value between unknown ones
				p.DrawGlyphNoClip(draw.GlyphStyle{Color: l.color, Radius: lineWidth, Shape: draw.CircleGlyph{}}, points[0])
				continue
			}
			p.StrokeLines(stroke(l.color, width, l.dashes...), within.ClipLinesXY(points)...)
		}
	}
}

// band fills the room between two curves, each from left to right.
func band(c color.NRGBA, first, second []xy) func(placed) {
	return func(p placed) {
		var points []vg.Point
		for _, v := range first {
			points = append(points, p.at(v.x, v.y))
		}
		for i := len(second) - 1; i >= 0; i-- {
			points = append(points, p.at(second[i].x, second[i].y))
		}
		within := draw.Canvas{Canvas: p.Canvas.Canvas, Rectangle: p.box}
		if clipped := within.ClipPolygonXY(points); len(clipped) > 2 {
			p.FillPolygon(color.NRGBA{c.R, c.G, c.B, 0x2e}, clipped)
		}
	}
}

// span shades the panel between two values of x.
func span(low, high float64, c color.Color) func(placed) {
	return func(p placed) {
		a, b := p.at(max(low, p.x.low), p.y.low).X, p.at(min(high, p.x.high), p.y.low).X
		p.FillPolygon(c, rectangle(a, p.box.Min.Y, b, p.box.Max.Y))
	}
}

// whisker draws an interval at x with caps of the given width.
func whisker(x vg.Length, low, high float64, caps vg.Length, c color.Color) func(placed) {
	return func(p placed) {
		a, b := p.at(p.x.low, max(low, p.y.low)).Y, p.at(p.x.low, min(high, p.y.high)).Y
		style := stroke(c, 1)
		p.StrokeLine2(style, x, a, x, b)
		p.StrokeLine2(style, x-caps/2, a, x+caps/2, a)
		p.StrokeLine2(style, x-caps/2, b, x+caps/2, b)
	}
}

// dots marks points, where a line joins values that were measured one by one.
func dots(l look, points []xy) func(placed) {
	return func(p placed) {
		for _, v := range points {
			p.DrawGlyphNoClip(draw.GlyphStyle{Color: l.color, Radius: 2.4, Shape: draw.CircleGlyph{}}, p.at(v.x, v.y))
		}
	}
}
