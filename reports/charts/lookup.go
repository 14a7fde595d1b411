package charts

import (
	"fmt"
	"slices"
	"strconv"

	"lbsim/reports/wording"
	"lbsim/studies/remap"
)

// lookupChart draws the time of a lookup over the number of nodes.
func lookupChart(m Remap) (*chart, string) {
	if len(m.Costs) == 0 {
		return nil, "lookups are measured with --time only: they depend on the machine"
	}
	ids, lines := costLines(m.Costs)
	all := palettesOf(ids)
	c := newChart("lookup", []string{"algorithm", "nodes", "lookup_seconds", "build_seconds"})
	p := &panel{yLabel: "Time of a lookup (log scale)", xLabel: "Nodes (log scale)", xGrid: true}
	low, high := m.Costs[0].LookupSeconds, 0.0
	first, last := m.Costs[0].Nodes, 0
	for _, q := range m.Costs {
		c.row(q.Variant, strconv.Itoa(q.Nodes), number(q.LookupSeconds), number(q.BuildSeconds))
		low, high = min(low, q.LookupSeconds), max(high, q.LookupSeconds)
		first, last = min(first, q.Nodes), max(last, q.Nodes)
	}
	p.x = scale{low: float64(first) / 1.2, high: float64(last) * 1.2, log: true}
	p.xTicks = decadeTicks(p.x, plain)
	p.y = logAround(low, high)
	p.yTicks = durationTicks(p.y)
	var entries []entry
	for i, id := range ids {
		entries = append(entries, entry{text: id.title, look: all[id.name]})
		var points []xy
		for _, q := range lines[i] {
			points = append(points, xy{float64(q.Nodes), q.LookupSeconds})
		}
		p.items = append(p.items, curve(all[id.name], points), dots(all[id.name], points))
	}
	c.figure = &figure{
		title:    lookupFound(ids, lines).or("Time of a lookup by nodes"),
		subtitle: "The fastest of repeated batches, on one core; another machine has other times",
		footer:   fmt.Sprintf("Measured: keys generated with seed %d", m.Result.Seed),
		legend:   entries,
		panels:   []*panel{p},
	}
	return c, ""
}

// costLines returns the algorithms and each one's costs by nodes.
func costLines(costs []remap.Cost) (ids []identity, lines [][]remap.Cost) {
	for _, q := range costs {
		i := slices.IndexFunc(ids, func(id identity) bool { return id.name == q.Variant })
		if i < 0 {
			i = len(ids)
			ids, lines = append(ids, identity{q.Variant, q.Title, q.Algorithm}), append(lines, nil)
		}
		lines[i] = append(lines[i], q)
	}
	return ids, lines
}

// lookupFound names the slowest and the fastest in the largest pool.
func lookupFound(ids []identity, lines [][]remap.Cost) headline {
	slow, fast := 0, 0
	end := func(i int) remap.Cost { return lines[i][len(lines[i])-1] }
	for i := range ids {
		if end(i).LookupSeconds > end(slow).LookupSeconds {
			slow = i
		}
		if end(i).LookupSeconds < end(fast).LookupSeconds {
			fast = i
		}
	}
	if slow == fast || end(slow).Nodes != end(fast).Nodes {
		return ""
	}
	said := func(i int) string {
		t := end(i).LookupSeconds
		return wording.UnitFor(t).Text(t)
	}
	return headline(fmt.Sprintf("Among %s nodes a lookup takes %s with %s, %s with %s", wording.Count(uint64(end(slow).Nodes)),
		said(slow), inSentence(ids[slow].title), said(fast), inSentence(ids[fast].title)))
}
