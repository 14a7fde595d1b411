package sample

import "lbsim/studies/remap"

// Remap has the shape of four algorithms' answers to a day with three changes, with
// figures that follow from formulas: what moves under modulo n, the least, and a ring
// whose shares are uneven.
func Remap() *remap.Result {
	r := &remap.Result{
		Schema: remap.Schema, Provenance: remap.Provenance{Version: "devel", Command: "lbsim remap --change '09:00 +1, 12:00 -1@3, weight:2=3'"},
		Keys: 120_000, KeyDistribution: "zipf:1.1", Seed: 1, Warnings: []string{"bounded_load: each key counts as one request in flight, however popular it is"},
	}
	five, six := []string{"node-1", "node-2", "node-3", "node-4", "node-5"}, []string{"node-1", "node-2", "node-3", "node-4", "node-5", "node-6"}
	without := []string{"node-1", "node-2", "node-4", "node-5", "node-6"}
	r.Steps = []remap.Step{
		{At: "09:00", Change: "+1", NodesBefore: 5, NodesAfter: 6, Joined: []string{"node-6"}, Before: five, After: six},
		{At: "12:00", Change: "-1@3", NodesBefore: 6, NodesAfter: 5, Left: []string{"node-3"}, Before: six, After: without},
		{Change: "weight:2=3", NodesBefore: 5, NodesAfter: 5, Reweighted: []string{"node-2"}, Before: without, After: without},
	}
	for i := range r.Steps {
		s := &r.Steps[i]
		least := []float64{1. / 6, 1. / 6, 8. / 35}[i]
		for _, a := range []struct {
			name, title string
			excess      float64
			uneven      float64
			memory      int
		}{{"ring_hash", "Ring hash", 0, 0.08, 86016}, {"rendezvous", "Rendezvous hash", 0, 0.004, 128}, {"modulo", "Modulo hash", 2. / 3, 0.003, 528}, {"bounded_load:factor=1.1", "Bounded loads (factor 1.1)", 0.01, 0.07, 86176}} {
			name := a.name
			if len(name) > 12 {
				name = "bounded_load"
			}
			moved := least*(1+a.uneven) + a.excess
			requests := 1.5 + 10*a.uneven
			cv := 0.4 + a.uneven
			s.Results = append(s.Results, remap.Outcome{
				Variant: a.name, Title: a.title, Algorithm: name, Parameters: map[string]string{},
				Moved: moved, Least: least, Excess: a.excess, PeakToMean: 1 + 1.6*a.uneven, LoadCV: a.uneven,
				RequestsPeakToMean: &requests, RequestsLoadCV: &cv, MemoryBytes: a.memory,
				Flows: flows(s, a.excess, 120_000),
			})
		}
	}
	for j := range r.Steps[0].Results {
		total := remap.Total{Variant: r.Steps[0].Results[j].Variant}
		for i := range r.Steps {
			o := &r.Steps[i].Results[j]
			total.Moved, total.Least, total.Excess = total.Moved+o.Moved, total.Least+o.Least, total.Excess+o.Excess
		}
		r.Totals = append(r.Totals, total)
	}
	return r
}

// flows shares the keys among the nodes: of each, an excess goes round to the others.
func flows(s *remap.Step, excess float64, keys int) [][]int {
	var out [][]int
	each := keys / len(s.Before)
	for _, from := range s.Before {
		row := make([]int, len(s.After))
		home := -1
		for j, to := range s.After {
			if from == to {
				home = j
			}
		}
		astray := int(float64(each) * excess)
		rest := each
		for j := range s.After {
			n := astray / len(s.After)
			switch {
			case home < 0:
				n = each / len(s.After)
			case j == len(s.After)-1 && s.NodesAfter > s.NodesBefore:
				n = each / len(s.After)
			}
			if j != home {
				row[j], rest = n, rest-n
			}
		}
		if home >= 0 {
			row[home] = rest
		} else {
			row[0] += rest
		}
		out = append(out, row)
	}
	return out
}

// Spread has a ring that comes as near to theory as ten pools do, and three levels.
func Spread() *remap.Spread {
	s := &remap.Spread{Nodes: 10, Keys: 200_000, Pools: 10, Chance: 1.011}
	for i, theory := range []float64{2.93, 2.31, 1.79, 1.54, 1.37, 1.23, 1.16, 1.11, 1.07, 1.05} {
		points := []int{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000}[i]
		peak := 1 + (theory-1)*(1+0.1*float64(i%3-1))
		s.Ring = append(s.Ring, remap.RingSpread{Points: points, Peak: Estimate(peak, 0.2*(peak-1)), Theory: theory})
	}
	for _, o := range []struct {
		name, title string
		peak        float64
	}{{"rendezvous", "Rendezvous hash", 1.011}, {"modulo", "Modulo hash", 1.01}, {"maglev", "Maglev", 1.0101}, {"bounded_load", "Bounded loads", 1.1}} {
		s.Others = append(s.Others, remap.Level{Variant: o.name, Title: o.title, Algorithm: o.name, Peak: Estimate(o.peak, 0.002)})
	}
	return s
}

// Costs are of a logarithm, a constant and a line.
func Costs() []remap.Cost {
	var out []remap.Cost
	for i, nodes := range []int{10, 100, 1000, 10_000, 100_000} {
		for _, c := range []struct {
			name, title string
			seconds     float64
		}{
			{"ring_hash", "Ring hash", 15e-9 * float64(i+1)}, {"maglev", "Maglev", 4e-9}, {"rendezvous", "Rendezvous hash", 3e-9 * float64(nodes)},
		} {
			out = append(out, remap.Cost{Variant: c.name, Title: c.title, Algorithm: c.name, Nodes: nodes, LookupSeconds: c.seconds, BuildSeconds: 1e-6 * float64(nodes)})
		}
	}
	return out
}
