package reports

import (
	"slices"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// goal is the direction in which a figure is better.
type goal int

const (
	noGoal goal = iota
	lowest
	highest
)

// metric is a column of figures. Where a table is too wide, columns of the
// greatest rank go first; rank 0 always stays.
type metric struct {
	title string
	kind  wording.Kind
	goal  goal
	rank  int
}

// column is a metric with the way to read it from a T.
type column[T any] struct {
	metric
	of func(T) result.Estimate
}

func metricsOf[T any](columns []column[T]) []metric {
	out := make([]metric, len(columns))
	for i, c := range columns {
		out[i] = c.metric
	}
	return out
}

func estimates[T any](columns []column[T], from T) []result.Estimate {
	out := make([]result.Estimate, len(columns))
	for i, c := range columns {
		out[i] = c.of(from)
	}
	return out
}

// withoutDurations blanks the latencies and waits of an overloaded variant: they
// would only say how long the run was.
func withoutDurations[T any](columns []column[T], figures []result.Estimate) []result.Estimate {
	for i, c := range columns {
		if c.kind == wording.Duration {
			figures[i] = result.Estimate{}
		}
	}
	return figures
}

type variantColumn = column[*result.Variant]

var variantColumns = []variantColumn{
	{metric{"mean", wording.Duration, lowest, 3}, steady(func(v *result.Variant) result.Estimate { return v.Latency.Mean })},
	{metric{"p50", wording.Duration, lowest, 1}, steady(func(v *result.Variant) result.Estimate { return v.Latency.P50 })},
	{metric{"p90", wording.Duration, lowest, 7}, steady(func(v *result.Variant) result.Estimate { return v.Latency.P90 })},
	{metric{"p99", wording.Duration, lowest, 0}, steady(func(v *result.Variant) result.Estimate { return v.Latency.P99 })},
	{metric{"p99.9", wording.Duration, lowest, 6}, steady(func(v *result.Variant) result.Estimate { return v.Latency.P999 })},
	{metric{"throughput", wording.Rate, highest, 5}, func(v *result.Variant) result.Estimate { return v.Throughput }},
	{metric{"errors", wording.Ratio, lowest, 2}, func(v *result.Variant) result.Estimate { return v.ErrorRatio }},
	{metric{"utilization", wording.Ratio, noGoal, 4}, func(v *result.Variant) result.Estimate { return v.Utilization }},
	{metric{"checks", wording.Ratio, noGoal, 12}, func(v *result.Variant) result.Estimate { return v.CheckUtilization }},
	{metric{"imbalance", wording.Number, lowest, 8}, func(v *result.Variant) result.Estimate { return v.Imbalance.PeakToMean }},
	{metric{"mean wait", wording.Duration, lowest, 9}, steady(func(v *result.Variant) result.Estimate { return v.Wait.Mean })},
	{metric{"hit ratio", wording.Ratio, highest, 1}, func(v *result.Variant) result.Estimate { return v.HitRatio }},
	{metric{"misses", wording.Rate, lowest, 6}, func(v *result.Variant) result.Estimate { return v.Misses }},
	{metric{"retries", wording.Ratio, noGoal, 10}, func(v *result.Variant) result.Estimate { return v.RetryRatio }},
	{metric{"hedges", wording.Ratio, noGoal, 11}, func(v *result.Variant) result.Estimate { return v.HedgeRatio }},
	{metric{"wasted work", wording.Ratio, lowest, 12}, func(v *result.Variant) result.Estimate { return v.WastedRatio }},
}

// costColumns are shown where servers come or go, or have a price.
var costColumns = []variantColumn{
	{metric{"server-hours", wording.Number, lowest, 1}, func(v *result.Variant) result.Estimate { return v.Cost.ServerHours }},
	{metric{"cost", wording.Number, lowest, 2}, func(v *result.Variant) result.Estimate { return v.Cost.Price }},
}

// columnsFor are the columns of figures that say something about a result.
func columnsFor(r *result.Result) []variantColumn {
	costs := slices.ContainsFunc(r.Results, func(v result.Variant) bool { return len(v.Timeline.Up) > 0 || v.Cost.Price.Known() })
	if !costs {
		return variantColumns
	}
	return slices.Concat(variantColumns, costColumns)
}

func steady(of func(*result.Variant) result.Estimate) func(*result.Variant) result.Estimate {
	return func(v *result.Variant) result.Estimate {
		if v.Unstable {
			return result.Estimate{}
		}
		return of(v)
	}
}

var classColumns = []column[*result.Class]{
	{metric{"requests", wording.Number, noGoal, 4}, func(c *result.Class) result.Estimate { return exactly(c.Requests.Offered) }},
	{metric{"mean", wording.Duration, lowest, 2}, func(c *result.Class) result.Estimate { return c.Latency.Mean }},
	{metric{"p50", wording.Duration, lowest, 1}, func(c *result.Class) result.Estimate { return c.Latency.P50 }},
	{metric{"p90", wording.Duration, lowest, 5}, func(c *result.Class) result.Estimate { return c.Latency.P90 }},
	{metric{"p99", wording.Duration, lowest, 0}, func(c *result.Class) result.Estimate { return c.Latency.P99 }},
	{metric{"p99.9", wording.Duration, lowest, 6}, func(c *result.Class) result.Estimate { return c.Latency.P999 }},
	{metric{"mean wait", wording.Duration, lowest, 3}, func(c *result.Class) result.Estimate { return c.Wait.Mean }},
}

var serverColumns = []column[*result.Server]{
	{metric{"requests", wording.Number, noGoal, 0}, func(s *result.Server) result.Estimate { return exactly(s.Requests) }},
	{metric{"utilization", wording.Ratio, noGoal, 1}, func(s *result.Server) result.Estimate { return s.Utilization }},
	{metric{"hit ratio", wording.Ratio, noGoal, 1}, func(s *result.Server) result.Estimate { return s.HitRatio }},
	{metric{"mean active", wording.Number, noGoal, 4}, func(s *result.Server) result.Estimate { return s.MeanActive }},
	{metric{"mean", wording.Duration, noGoal, 3}, func(s *result.Server) result.Estimate { return s.Latency.Mean }},
	{metric{"p50", wording.Duration, noGoal, 5}, func(s *result.Server) result.Estimate { return s.Latency.P50 }},
	{metric{"p99", wording.Duration, noGoal, 2}, func(s *result.Server) result.Estimate { return s.Latency.P99 }},
}
