package charts

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// widestBar keeps a few bars from becoming walls.
const widestBar = vg.Length(42)

// barGroup is bars side by side over one label.
type barGroup struct {
	label string
	bars  []bar
}

type bar struct {
	color    color.NRGBA
	estimate result.Estimate
	line     float64 // where a line crosses, which the bar's label stays clear of
}

// slots is where the bars of groups stand, in points from the box's left side.
type slots struct {
	group, width, step vg.Length
}

// slotsFor shares a width among groups of at most most bars.
func slotsFor(width vg.Length, groups, most int) slots {
	group := width / vg.Length(groups)
	step := min(group*0.86/vg.Length(most), widestBar*1.15)
	return slots{group: group, width: step * 0.87, step: step}
}

// center is the middle of bar j of n in group i.
func (s slots) center(i, j, n int) vg.Length {
	return s.group*(vg.Length(i)+0.5) + s.step*(vg.Length(j)-vg.Length(n-1)/2)
}

func mostBars(groups []barGroup) int {
	most := 1
	for _, g := range groups {
		most = max(most, len(g.bars))
	}
	return most
}

// drawBars draws groups from the axis up, with their intervals, and the values above
// where there is room for all of them.
func drawBars(groups []barGroup, unit wording.Unit) func(placed) {
	return func(p placed) {
		s := slotsFor(p.box.Size().X, len(groups), mostBars(groups))
		label, labelled := labelFor(groups, unit, s.step)
		for i, g := range groups {
			for j, b := range g.bars {
				x := p.box.Min.X + s.center(i, j, len(g.bars))
				if !b.estimate.Known() {
					smallFace.writeCentered(p, x, p.box.Min.Y+4, wording.Unknown)
					continue
				}
				value := *b.estimate.Value
				top := p.at(p.x.low, max(value, p.y.low)).Y
				p.FillPolygon(b.color, rectangle(x-s.width/2, p.box.Min.Y, x+s.width/2, top))
				if e := b.estimate; e.Low != nil && e.High != nil && *e.High > *e.Low {
					whisker(x, max(*e.Low, p.y.low), *e.High, min(s.width*0.3, 6), ink)(p)
					top = max(top, p.at(p.x.low, *e.High).Y)
				}
				if labelled {
					b.label(p, label, x, top, unit.Number(value))
				}
			}
		}
	}
}

// label writes a bar's value over its top, or over the line that crosses there.
func (b bar) label(p placed, face typeface, x, top vg.Length, value string) {
	if b.line > 0 {
		if line := p.at(p.x.low, b.line).Y; line > top-2 && line < top+face.line()+3 {
			top = line + 1
		}
		half := face.width(value)/2 + 1
		p.FillPolygon(white, rectangle(x-half, top+2, x+half, top+face.line()))
	}
	face.writeCentered(p, x, top+3, value)
}

// labelFor is the largest typeface in which every value fits its slot.
func labelFor(groups []barGroup, unit wording.Unit, step vg.Length) (typeface, bool) {
	for _, t := range []typeface{tickFace, smallFace} {
		fits := true
		for _, g := range groups {
			for _, b := range g.bars {
				fits = fits && (!b.estimate.Known() || t.width(unit.Number(*b.estimate.Value)) <= step-1.5)
			}
		}
		if fits {
			return t, true
		}
	}
	return typeface{}, false
}

// groupLabels are the names under the groups, or none where they do not fit and
// the legend has to do.
func groupLabels(groups []barGroup, width vg.Length) []tick {
	room := width/vg.Length(len(groups)) - 6
	var out []tick
	for i, g := range groups {
		if tickFace.width(g.label) > room {
			return nil
		}
		out = append(out, tick{value: float64(i) + 0.5, label: g.label})
	}
	return out
}

// highest is the greatest value or upper bound of the groups.
func highest(groups []barGroup) float64 {
	high := 0.0
	for _, g := range groups {
		for _, b := range g.bars {
			if b.estimate.Known() {
				high = max(high, *b.estimate.Value)
				if b.estimate.High != nil {
					high = max(high, *b.estimate.High)
				}
			}
		}
	}
	return high
}

// lowest is the least value of the groups that is above zero, or 0.
func lowest(groups []barGroup) float64 {
	low := 0.0
	for _, g := range groups {
		for _, b := range g.bars {
			if b.estimate.Known() && *b.estimate.Value > 0 && (low == 0 || *b.estimate.Value < low) {
				low = *b.estimate.Value
			}
		}
	}
	return low
}

// barDecades is a log scale for bars between two values. It begins at a decade that
// leaves the least bar at least half of a decade, and has room for its label over
// the greatest.
func barDecades(low, high float64) scale {
	from := math.Pow10(int(math.Floor(math.Log10(low / 3))))
	return scale{low: from, high: from * math.Pow(high/from, 1/0.91), log: true}
}
