package charts

import (
	"maps"
	"slices"

	"lbsim/studies/result"
)

func failoverColumns(t *result.Timeline) []string {
	columns := []string{"from_seconds", "offered", "completed", "failed"}
	if len(t.Attempts) > 0 {
		columns = append(columns, "attempts")
	}
	if len(t.Up) > 0 {
		columns = append(columns, "servers_up", "servers_wanted")
	}
	for _, status := range slices.Sorted(maps.Keys(t.Status)) {
		columns = append(columns, "status_"+status)
	}
	columns = append(columns, "p50_seconds", "p99_seconds", "in_flight")
	for _, s := range t.Servers {
		columns = append(columns, s.Name+"_share", s.Name+"_in_flight")
	}
	return columns
}

func failoverRows(c *chart, t *result.Timeline) {
	for i := range t.Offered {
		row := []string{number(float64(i) * t.Interval), number(t.Offered[i]), number(t.Completed[i]), number(t.Failed[i])}
		if len(t.Attempts) > 0 {
			row = append(row, number(t.Attempts[i]))
		}
		if len(t.Up) > 0 {
			row = append(row, number(t.Up[i]), number(t.Wanted[i]))
		}
		for _, status := range slices.Sorted(maps.Keys(t.Status)) {
			row = append(row, number(t.Status[status][i]))
		}
		row = append(row, optional(t.P50[i]), optional(t.P99[i]), number(t.InFlight[i]))
		for _, s := range t.Servers {
			row = append(row, optional(s.Share[i]), number(s.InFlight[i]))
		}
		c.row(row...)
	}
}
