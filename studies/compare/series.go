package compare

import (
	"cmp"
	"slices"
	"strconv"

	"lbsim/sim"
	"lbsim/studies/result"
)

// mergeStatus adds two ascending lists of counts by status.
func mergeStatus(a, b []sim.StatusCount) []sim.StatusCount {
	for _, x := range b {
		i, found := slices.BinarySearchFunc(a, x, func(y, x sim.StatusCount) int { return cmp.Compare(y.Status, x.Status) })
		if !found {
			a = slices.Insert(a, i, sim.StatusCount{Status: x.Status})
		}
		a[i].N += x.N
	}
	return a
}

// series fills in what a timeline keeps apart: failures by status, servers, and
// attempts where there can be more of them than requests.
func (p *pool) series(t *result.Timeline, m *sim.Model) {
	runs := float64(max(p.runs, 1))
	var attempts uint64
	for i, x := range p.intervals {
		attempts += x.Attempts
		for _, y := range x.Status {
			if t.Status == nil {
				t.Status = map[string][]float64{}
			}
			name := strconv.Itoa(y.Status)
			if t.Status[name] == nil {
				t.Status[name] = make([]float64, len(p.intervals))
			}
			t.Status[name][i] = float64(y.N) / runs
		}
		p.serverSeries(t, m, x.Servers)
	}
	if attempts > 0 && m.TriesAgain() {
		for _, x := range p.intervals {
			t.Attempts = append(t.Attempts, float64(x.Attempts)/runs)
		}
	}
}

// serverSeries adds an interval to the servers' series.
func (p *pool) serverSeries(t *result.Timeline, m *sim.Model, servers []sim.ServerInterval) {
	total := 0.0
	for _, y := range servers {
		total += float64(y.Attempts)
	}
	for i, y := range servers {
		if i == len(t.Servers) {
			t.Servers = append(t.Servers, result.ServerTimeline{Name: m.Server(i).Name})
		}
		s := &t.Servers[i]
		var share *float64
		if total > 0 {
			share = known(float64(y.Attempts) / total)
		}
		s.Share = append(s.Share, share)
		s.InFlight = append(s.InFlight, float64(y.InFlight)/float64(max(p.runs, 1)))
	}
}
