package charts

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"lbsim/reports/wording"
	"lbsim/studies/remap"
)

// spreadChart draws how far the fullest shard is above the mean: a ring's by its
// points, with what theory expects, and the other algorithms as levels.
func spreadChart(m Remap) (*chart, string) {
	if m.Spread == nil || len(m.Spread.Ring) < 2 {
		return nil, "it shows pools of 2 to " + strconv.Itoa(remap.SpreadMostNodes) + " nodes"
	}
	s := m.Spread
	c := newChart("spread", []string{"algorithm", "points", "peak_to_mean", "low", "high", "theory"})
	grouped := levels(s.Others)
	all := spreadLooks(grouped)
	ring := all[0].color
	var measured, expected []xy
	low, high := 1.0, 0.0
	p := &panel{yLabel: "Fullest shard above the mean (%, log scale)", xLabel: "Points of each node on the ring (virtual nodes, log scale)", xGrid: true}
	p.x = scale{low: float64(s.Ring[0].Points) / 1.15, high: float64(s.Ring[len(s.Ring)-1].Points) * 1.15, log: true}
	for _, q := range s.Ring {
		c.row("ring_hash", strconv.Itoa(q.Points), optional(q.Peak.Value), optional(q.Peak.Low), optional(q.Peak.High), number(q.Theory))
		measured = append(measured, xy{float64(q.Points), *q.Peak.Value - 1})
		expected = append(expected, xy{float64(q.Points), q.Theory - 1})
		low, high = min(low, q.Theory-1, *q.Peak.Value-1), max(high, q.Theory-1, *q.Peak.High-1)
		p.xTicks = append(p.xTicks, tick{value: float64(q.Points), label: plain(float64(q.Points)), grid: true})
	}
	entries := []entry{
		{text: "Ring hash, with 95% intervals", look: look{color: ring}},
		{text: "Expected of points at random", look: theoryLook},
	}
	for i, level := range grouped {
		for _, o := range level.members {
			c.row(o.Variant, "", optional(o.Peak.Value), optional(o.Peak.Low), optional(o.Peak.High), "")
		}
		l := all[i+1]
		entries = append(entries, entry{text: level.title(), look: l})
		p.items = append(p.items, curve(l, []xy{{p.x.low, level.at}, {p.x.high, level.at}}))
		low, high = min(low, level.at), max(high, level.at)
	}
	p.y = logAround(max(low, leastExcess)/1.3, high)
	p.yTicks = decadeTicks(p.y, func(v float64) string { return plain(v * 100) })
	p.items = append(p.items, curve(theoryLook, expected), curve(look{color: ring}, measured), dots(look{color: ring}, measured))
	for _, q := range s.Ring {
		p.items = append(p.items, func(at placed) {
			whisker(at.at(float64(q.Points), p.y.high).X, *q.Peak.Low-1, *q.Peak.High-1, 5, ring)(at)
		})
	}
	c.figure = &figure{
		title:    spreadFound(s),
		subtitle: fmt.Sprintf("Mean over %d pools of %d equal nodes with other names, %s keys in each", s.Pools, s.Nodes, wording.Count(uint64(s.Keys))),
		footer: fmt.Sprintf("Placed: generated keys, seed %d. By chance alone the fullest of %d shards of so many keys is %s above the mean",
			m.Result.Seed, s.Nodes, wording.Percent.Text(s.Chance-1)),
		legend: entries,
		panels: []*panel{p},
	}
	return c, ""
}

// theoryLook is that of what theory expects.
var theoryLook = look{color: ink, dashes: dashes[2]}

// leastExcess keeps what is perfectly even on a log scale: 0.1%.
const leastExcess = 1e-3

// spreadFound says what few and many points do.
func spreadFound(s *remap.Spread) string {
	at := func(points int) (string, bool) {
		for _, q := range s.Ring {
			if q.Points == points {
				return wording.Percent.Text(*q.Peak.Value - 1), true
			}
		}
		return "", false
	}
	few, ok1 := at(10)
	many, ok2 := at(1000)
	if !ok1 || !ok2 {
		return "More points make the shards of a ring more even"
	}
	return fmt.Sprintf("On a ring the fullest shard is %s above the mean with 10 points a node, %s with 1,000", few, many)
}

// level is algorithms whose lines would lie on each other.
type level struct {
	at      float64
	members []remap.Level
}

// levels puts algorithms of nearly the same spread together, the most even first.
func levels(others []remap.Level) []level {
	const near = 1.25
	others = slices.Clone(others)
	slices.SortStableFunc(others, func(a, b remap.Level) int { return cmp.Compare(*a.Peak.Value, *b.Peak.Value) })
	var out []level
	for _, o := range others {
		at := max(*o.Peak.Value-1, leastExcess)
		if last := len(out) - 1; last >= 0 && at < out[last].at*near {
			out[last].members = append(out[last].members, o)
			continue
		}
		out = append(out, level{at, []remap.Level{o}})
	}
	return out
}

// spreadLooks are those of the ring and, by their first members, of the levels.
func spreadLooks(levels []level) []look {
	ids := []identity{{algorithm: "ring_hash"}}
	for _, l := range levels {
		ids = append(ids, identity{algorithm: l.members[0].Algorithm})
	}
	all := looks(ids)
	for i := range all {
		all[i].dashes = nil
		if i > 0 {
			all[i].dashes = dashes[1+2*(i%2)] // dots are theory's
		}
	}
	return all
}

func (l level) title() string {
	var titles []string
	for i, o := range l.members {
		title := o.Title
		if i > 0 {
			title = inSentence(title)
		}
		titles = append(titles, title)
	}
	return wording.Listed(titles)
}
