package charts

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"

	"lbsim/reports/wording"
	"lbsim/studies/remap"
)

// The colours of bands.
var (
	stayColor   = color.NRGBA{0xdd, 0xdd, 0xdd, 0xff}
	mustColor   = palette[0]
	excessColor = palette[1]
)

// flow is a picture of where the keys of an algorithm went.
type flow struct {
	step  *remap.Step
	keys  [][]int
	total int
}

func sortByMoved(all []*remap.Outcome) {
	slices.SortStableFunc(all, func(a, b *remap.Outcome) int { return cmp.Compare(a.Moved, b.Moved) })
}

// flowChart draws the first change whose flows are known: old nodes left, new nodes
// right, bands as wide as the keys that went.
func flowChart(m Remap) (*chart, string) {
	at := slices.IndexFunc(m.Result.Steps, func(s remap.Step) bool { return len(s.Before) > 0 && len(s.Results) > 0 })
	if at < 0 {
		return nil, "it has room for 50 nodes"
	}
	s := &m.Result.Steps[at]
	c := newChart("keys-flow", []string{"algorithm", "from", "to", "keys"})
	shown := outcomesShown(s)
	p := &panel{
		yLabel: "Keys by node, before (left) and after (right)",
		x:      scale{low: 0, high: float64(len(shown))},
		y:      scale{low: 0, high: 1},
	}
	for i, o := range shown {
		p.groups = append(p.groups, tick{value: float64(i) + 0.5, label: flowLabel(o, textWidth/vg.Length(len(shown))-8)})
		p.items = append(p.items, flow{s, o.Flows, m.Result.Keys}.draw(float64(i)))
		for from, row := range o.Flows {
			for to, n := range row {
				if n > 0 {
					c.row(o.Variant, s.Before[from], s.After[to], fmt.Sprint(n))
				}
			}
		}
	}
	subtitle := "Bands are as wide as their keys"
	if len(s.Results) > len(shown) {
		subtitle += fmt.Sprintf("; shown are the fewest moves, the median and the most of %d algorithms", len(s.Results))
	}
	c.figure = &figure{
		title:    flowFound(s, shown).or("Where keys go: " + wording.Change(s)),
		subtitle: wording.Change(s) + ". " + subtitle,
		footer:   remapFooter(m.Result),
		legend: []entry{
			{text: "Stays", look: look{color: stayColor}, box: true},
			{text: "Moves from or to a changed node", look: look{color: mustColor}, box: true},
			{text: "Moves between nodes that did not change", look: look{color: excessColor}, box: true},
		},
		panels: []*panel{p},
	}
	p.bare = true
	return c, ""
}

// flowFound states how much moves for nothing under the algorithm that does worst.
func flowFound(s *remap.Step, shown []*remap.Outcome) headline {
	worst := slices.MaxFunc(shown, func(a, b *remap.Outcome) int { return cmp.Compare(a.Excess, b.Excess) })
	if worst.Excess == 0 {
		return "Keys move only from and to the nodes that change"
	}
	return headline(capital(fmt.Sprintf("%s moves %s of the keys between nodes that did not change",
		outcomeTitle(worst), wording.Percent.Text(worst.Excess))))
}

// flowLabel names an algorithm and what it moves.
func flowLabel(o *remap.Outcome, width vg.Length) string {
	moved := ": " + wording.Percent.Text(o.Moved) + " move"
	return tickFace.shortened(outcomeTitle(o), width-tickFace.width(moved)) + moved
}

// draw draws the flow in the panel's column that begins at x.
func (f flow) draw(x float64) func(placed) {
	return func(p placed) {
		left, right := p.at(x, 0).X+6, p.at(x+1, 0).X-6
		names := f.nameWidth()
		const bar = 7
		a, b := left+names+bar, right-names-bar
		from, to := f.stacks(p)
		// The keys that stay lie beneath those that move.
		for _, moving := range []bool{false, true} {
			f.bands(p, a, b, from, to, moving)
		}
		for i, s := range from {
			f.node(p, a-bar, a, s, f.step.Before[i], f.changed(f.step.Before[i]), true)
		}
		for i, s := range to {
			f.node(p, a, b, s, f.step.After[i], f.changed(f.step.After[i]), false)
		}
	}
}

// changed reports whether a node left, joined or got another weight.
func (f flow) changed(name string) bool {
	return slices.Contains(f.step.Left, name) || slices.Contains(f.step.Joined, name) || slices.Contains(f.step.Reweighted, name)
}

// extent is the part of a column that a node's keys take, bottom up.
type extent struct{ low, high vg.Length }

// stacks places the nodes of both sides, the first on top, with gaps between them.
func (f flow) stacks(p placed) (from, to []extent) {
	rows, columns := make([]int, len(f.step.Before)), make([]int, len(f.step.After))
	for i, row := range f.keys {
		for j, n := range row {
			rows[i] += n
			columns[j] += n
		}
	}
	return f.stack(p, rows), f.stack(p, columns)
}

func (f flow) stack(p placed, sizes []int) []extent {
	gap := min(3, p.box.Size().Y*0.25/vg.Length(len(sizes)))
	scale := f.scale(p)
	free := p.box.Size().Y - scale*vg.Length(f.total) - gap*vg.Length(len(sizes)-1)
	y := p.box.Max.Y - free/2
	out := make([]extent, len(sizes))
	for i, n := range sizes {
		height := scale * vg.Length(n)
		out[i] = extent{y - height, y}
		y -= height + gap
	}
	return out
}

// scale is the height of a key, the same on both sides.
func (f flow) scale(p placed) vg.Length {
	most := vg.Length(max(len(f.step.Before), len(f.step.After)))
	gaps := min(3, p.box.Size().Y*0.25/most) * (most - 1)
	return (p.box.Size().Y - gaps) / vg.Length(f.total)
}

// bands draws the keys that stay, or those that move, between the two columns.
func (f flow) bands(p placed, a, b vg.Length, from, to []extent, moving bool) {
	scale := f.scale(p)
	below := make([]vg.Length, len(to)) // how much of each right node is taken
	for i, row := range f.keys {
		taken := vg.Length(0)
		for j, n := range row {
			height := scale * vg.Length(n)
			before, after := f.step.Before[i], f.step.After[j]
			c := excessColor
			switch {
			case before == after:
				c = stayColor
			case f.changed(before), f.changed(after):
				c = mustColor
			}
			if n > 0 && moving == (before != after) {
				ribbon(p, a, b, from[i].high-taken, to[j].high-below[j], height, c, moving)
			}
			taken += height
			below[j] += height
		}
	}
}

// ribbon fills a band of a height between two places, bent like an S.
func ribbon(p placed, a, b, left, right, height vg.Length, c color.NRGBA, moving bool) {
	if moving {
		c.A = 0xb0
	}
	const steps = 24
	var top, bottom []vg.Point
	for i := 0; i <= steps; i++ {
		t := vg.Length(i) / steps
		y := left + (right-left)*t*t*(3-2*t)
		top = append(top, vg.Point{X: a + (b-a)*t, Y: y})
		bottom = append(bottom, vg.Point{X: a + (b-a)*t, Y: y - max(height, 0.25)})
	}
	slices.Reverse(bottom)
	p.FillPolygon(c, append(top, bottom...))
}

// node draws a node's keys as a bar with its name beside it, where there is room.
func (f flow) node(p placed, a, b vg.Length, s extent, name string, changed, before bool) {
	const bar = 7
	c := gray(0x99)
	if changed {
		c = mustColor
	}
	x := a
	if !before {
		x = b
	}
	p.FillPolygon(c, rectangle(x, s.low, x+bar, s.high))
	if s.high-s.low < smallFace.face.Font.Size*0.95 {
		return
	}
	baseline := (s.low+s.high)/2 - smallFace.face.Font.Size*0.35
	if before {
		smallFace.write(p, x-3-smallFace.width(nodeLabel(name)), baseline, nodeLabel(name))
		return
	}
	smallFace.write(p, x+bar+3, baseline, nodeLabel(name))
}

// nodeLabel is a node's number: what a narrow column has room for.
func nodeLabel(name string) string { return strings.TrimPrefix(name, "node-") }

func (f flow) nameWidth() vg.Length {
	widest := vg.Length(0)
	for _, names := range [][]string{f.step.Before, f.step.After} {
		for _, name := range names {
			widest = max(widest, smallFace.width(nodeLabel(name)))
		}
	}
	return widest + 4
}
