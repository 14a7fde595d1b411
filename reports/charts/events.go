package charts

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/vg"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// eventLabel is what happened at an instant, in words.
type eventLabel struct {
	at   float64
	text string
}

// commonEvents are the events that every variant has: what was done to the world,
// not what one balancer made of it.
func commonEvents(variants []*result.Variant) []result.Event {
	var out []result.Event
	for _, e := range variants[0].Timeline.Events {
		common := true
		for _, v := range variants[1:] {
			common = common && slices.ContainsFunc(v.Timeline.Events, func(o result.Event) bool {
				return o.At == e.At && o.Kind == e.Kind && o.Server == e.Server
			})
		}
		if common {
			out = append(out, e)
		}
	}
	return out
}

// mostScalings is up to how many changes of the number of servers are marked: where
// there are more the curve of the servers says it better.
const mostScalings = 20

// fewScalings leaves changes of the number of servers out where they are too many.
func fewScalings(events []result.Event) []result.Event {
	scaling := func(e result.Event) bool { return e.Kind == "scale_up" || e.Kind == "scale_down" }
	n := 0
	for _, e := range events {
		if scaling(e) {
			n++
		}
	}
	if n <= mostScalings {
		return events
	}
	return slices.DeleteFunc(slices.Clone(events), scaling)
}

// labelled joins the events of one instant and kind into a label: "crash api-1",
// "crash 4 servers", "traffic ×10", "scale api to 8".
func labelled(events []result.Event) []eventLabel {
	type moment struct {
		at   float64
		kind string
	}
	var order []moment
	servers := map[moment][]string{}
	detail := map[moment]string{}
	for _, e := range events {
		m := moment{e.At, e.Kind}
		if _, seen := servers[m]; !seen {
			order = append(order, m)
		}
		servers[m] = append(servers[m], e.Server)
		detail[m] = e.Detail
	}
	slices.SortStableFunc(order, func(a, b moment) int { return cmp.Compare(a.at, b.at) })
	out := make([]eventLabel, len(order))
	for i, m := range order {
		out[i] = eventLabel{m.at, wording.Happened(m.kind, servers[m], detail[m])}
	}
	return out
}

// drawEvents draws a dashed vertical for each event and, with names, labels in the
// headroom over the data. A vertical leaves a gap where it would cross a label.
func drawEvents(events []eventLabel, names bool) func(placed) {
	return func(p placed) {
		var labels []textAt
		if names {
			labels = placeLabels(events, p)
		}
		for _, e := range events {
			if p.x.holds(e.at) {
				drawVertical(p, p.at(e.at, p.y.low).X, labels)
			}
		}
		for _, l := range labels {
			tickFace.write(p, l.X, l.Y, l.text)
		}
	}
}

func drawVertical(p placed, x vg.Length, labels []textAt) {
	style := stroke(secondary, 0.9, 4, 2.5)
	top := p.box.Max.Y
	for _, l := range labels { // from the upper row to the lower
		if x > l.X-3 && x < l.X+tickFace.width(l.text)+3 {
			above, below := l.Y+tickFace.face.Font.Size, l.Y-2.5
			if top > above {
				p.StrokeLine2(style, x, above, x, top)
			}
			top = min(top, below)
		}
	}
	p.StrokeLine2(style, x, p.box.Min.Y, x, top)
}

// placeLabels puts each label beside its line, right or left, in the first of two
// rows where it fits without touching another; what fits nowhere stays unnamed.
// The upper row comes first.
func placeLabels(events []eventLabel, p placed) []textAt {
	var out []textAt
	type extent struct{ from, to vg.Length }
	var taken [2][]extent
	for _, e := range events {
		if !p.x.holds(e.at) {
			continue
		}
		x, width := p.at(e.at, p.y.low).X, tickFace.width(e.text)
	search:
		for row := range taken {
			for _, from := range []vg.Length{x + 4, x - 4 - width} {
				want := extent{from - 3, from + width + 3}
				free := want.from >= p.box.Min.X && want.to <= p.box.Max.X+2
				for _, t := range taken[row] {
					free = free && (want.to <= t.from || want.from >= t.to)
				}
				if free {
					taken[row] = append(taken[row], want)
					y := p.box.Max.Y - tickFace.line()*(vg.Length(row)+1)
					out = append(out, textAt{vg.Point{X: from, Y: y}, e.text})
					break search
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b textAt) int { return cmp.Compare(b.Y, a.Y) })
	return out
}
