package charts

import (
	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// noticeable is the share of requests without an answer from which a timeline shows
// how they come and go.
const noticeable = 0.005

// failuresPanel draws the share of what ended in each interval without an answer; nil
// where it is never noticeable.
func failuresPanel(variants []*result.Variant, all palettes, time scale) *panel {
	worst := 0.0
	for _, v := range variants {
		for _, p := range failures(&v.Timeline) {
			worst = max(worst, p.y)
		}
	}
	if worst < noticeable {
		return nil
	}
	p := &panel{yLabel: "Requests without an answer (%)", x: time, y: fromZero(worst, 0.05)}
	p.yTicks = linearTicks(p.y, wording.Percent, 6)
	for _, v := range variants {
		p.items = append(p.items, curve(all[v.Name], failures(&v.Timeline)))
	}
	return p
}

// failuresTitle says how many requests got no answer at the worst, after the warm-up,
// with the best variant and the worst; "" where it was never noticeable.
func failuresTitle(variants []*result.Variant, warmUp float64) string {
	worst := make([]float64, len(variants))
	least, most := 0, 0
	for i, v := range variants {
		for _, p := range failures(&v.Timeline) {
			if p.x >= warmUp {
				worst[i] = max(worst[i], p.y)
			}
		}
		if worst[i] < worst[least] {
			least = i
		}
		if worst[i] > worst[most] {
			most = i
		}
	}
	if worst[most] < noticeable {
		return ""
	}
	title := "Up to " + wording.Percent.Text(worst[most]) + " of the requests get no answer"
	if worst[least] == worst[most] {
		return title
	}
	with := func(i int) string { return " with " + inSentence(identityOf(variants[i]).title) }
	return title + with(most) + ", up to " + wording.Percent.Text(worst[least]) + with(least)
}

// failures is that share, at the middle of each interval in which something ended.
func failures(t *result.Timeline) []xy {
	var out []xy
	for i := range min(len(t.Failed), len(t.Completed)) {
		if ended := t.Failed[i] + t.Completed[i]; ended > 0 {
			out = append(out, xy{(float64(i) + 0.5) * t.Interval, t.Failed[i] / ended})
		}
	}
	return out
}
