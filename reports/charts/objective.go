package charts

import (
	"strings"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// p99Objective returns a variant's objective about the p99 of all its requests; ok is false
// where it has none.
func p99Objective(r *result.Result, v *result.Variant) (o result.Objective, ok bool) {
	for _, o := range r.SLO {
		if o.Variant == v.Name && strings.HasPrefix(o.Objective, "p99 <") && o.Limit > 0 {
			return o, true
		}
	}
	return result.Objective{}, false
}

// farOff is from how many times the greatest value on a limit is not drawn: the curves
// would lie on the axis.
const farOff = 3

// limited draws an objective's limit over the panel, as a dotted line with its text, and
// makes room for it where it lies over highest, the greatest value.
func (p *panel) limited(r *result.Result, v *result.Variant, highest float64, unit wording.Unit, ticks int) {
	o, ok := p99Objective(r, v)
	if !ok || highest == 0 || o.Limit > farOff*highest {
		return
	}
	if o.Limit > highest {
		p.y = fromZero(o.Limit, 0.15)
		p.yTicks = linearTicks(p.y, unit, ticks)
	}
	p.items = append(p.items, func(at placed) {
		y := at.at(at.x.low, o.Limit).Y
		at.StrokeLine2(stroke(ink, 0.9, 2.5, 2.5), at.box.Min.X, y, at.box.Max.X, y)
		baseline := y + 3
		if baseline+tickFace.face.Font.Size > at.box.Max.Y {
			baseline = y - tickFace.face.Font.Size
		}
		tickFace.write(at, at.box.Max.X-tickFace.width(o.Objective)-3, baseline, o.Objective)
	})
}
