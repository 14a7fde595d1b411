package charts

import (
	"image/color"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const (
	figureWidth   = 6.5 * vg.Inch
	onePanel      = 4.1 * vg.Inch
	twoPanels     = 4.6 * vg.Inch
	dotsPerInch   = 200
	margin        = vg.Length(10)
	topMargin     = vg.Length(6)
	textWidth     = figureWidth - 2*margin
	lineWidth     = vg.Length(1.7)
	axisWidth     = vg.Length(0.75)
	gridWidth     = vg.Length(0.5)
	tickLength    = vg.Length(4)
	minorTick     = vg.Length(2)
	leastPanel    = vg.Length(95) // what a panel's box keeps when titles and legends grow
	swatchWidth   = vg.Length(24)
	swatchBox     = vg.Length(10)
	legendGap     = vg.Length(16)
	swatchTextGap = vg.Length(5)
)

func gray(v uint8) color.Color { return color.NRGBA{v, v, v, 255} }

var (
	ink       = color.NRGBA{0x22, 0x22, 0x22, 0xff}
	secondary = gray(0x66)
	axisColor = gray(0x88)
	majorGrid = gray(0xdd)
	minorGrid = gray(0xf0)
	shade     = gray(0xf2)
	white     = gray(0xff)

	undetectedColor = color.NRGBA{0xf8, 0xe4, 0xd6, 0xff} // a pale vermilion
)

// fonts has Liberation, which comes with gonum, so that text is measured and
// drawn the same on every machine.
var fonts = font.NewCache(liberation.Collection())

// typeface is a size, a weight and a colour of text.
type typeface struct {
	face  font.Face
	color color.Color
}

func face(size vg.Length, weight xfont.Weight, c color.Color) typeface {
	return typeface{fonts.Lookup(font.Font{Typeface: "Liberation", Variant: "Sans", Weight: weight}, size), c}
}

var (
	titleFace    = face(12, xfont.WeightBold, ink)
	subtitleFace = face(9.5, xfont.WeightNormal, secondary)
	legendFace   = face(9.5, xfont.WeightNormal, ink)
	labelFace    = face(9.5, xfont.WeightNormal, ink)
	yLabelFace   = face(9, xfont.WeightNormal, secondary)
	tickFace     = face(8.5, xfont.WeightNormal, ink)
	markFace     = face(8.5, xfont.WeightNormal, secondary)
	smallFace    = face(7.5, xfont.WeightNormal, ink)
	footerFace   = face(7.5, xfont.WeightNormal, secondary)
)

func (t typeface) width(s string) vg.Length { return t.face.Width(s) }

// line is the distance between the baselines of two lines.
func (t typeface) line() vg.Length { return t.face.Font.Size * 1.25 }

// write puts s on the canvas from x on, its baseline at y.
func (t typeface) write(c vg.Canvas, x, y vg.Length, s string) {
	if s == "" {
		return
	}
	c.SetColor(t.color)
	c.FillString(t.face, vg.Point{X: x, Y: y}, s)
}

// writeCentered puts s around x.
func (t typeface) writeCentered(c vg.Canvas, x, y vg.Length, s string) {
	t.write(c, x-t.width(s)/2, y, s)
}

// shortened cuts the middle out of s until it fits: variants differ at the
// beginning by their algorithm and at the end by their parameters.
func (t typeface) shortened(s string, width vg.Length) string {
	if t.width(s) <= width {
		return s
	}
	runes := []rune(s)
	for keep := len(runes) - 1; keep > 0; keep-- {
		head, tail := runes[:(keep+1)/2], runes[len(runes)-keep/2:]
		if cut := string(head) + "…" + string(tail); t.width(cut) <= width {
			return cut
		}
	}
	return "…"
}

// wrapped breaks s into lines between words; a word wider than a line is
// shortened.
func (t typeface) wrapped(s string, width vg.Length) []string {
	var lines []string
	line := ""
	for _, word := range words(s) {
		word = t.shortened(word, width)
		if line != "" && t.width(line+" "+word) > width {
			lines = append(lines, line)
			line = word
			continue
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

func stroke(c color.Color, width vg.Length, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: width, Dashes: dashes}
}
