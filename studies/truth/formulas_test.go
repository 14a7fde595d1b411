package truth

import (
	"strings"

	"lbsim/studies/theory"
)

// formula tells that the row is of a number that lbsim prints rather than of what a
// simulation shows.
func (r row) formula() bool {
	switch r.Family() {
	case "little", "bound", "size":
		return true
	}
	return strings.HasPrefix(r.Metric, "n_var_mean_W") || r.Metric == "share of server 0"
}

// compute is the number of a formula's row.
func compute(r row) float64 {
	p := r.params
	switch r.Family() {
	case "little":
		if r.Metric == "mean response" {
			return theory.InteractiveResponse(p.number("clients"), p.number("throughput"), p.number("think_Z"))
		}
		return theory.Little(p.number("lambda"), p.number("mean_T"))
	case "bound":
		return theory.ThroughputBound(p.number("clients"), p.number("think_Z"), p.number("max_demand"), p.number("total_demand"))
	case "size":
		return size(r)
	case "mm1":
		return theory.MM1{Lambda: p.number("lambda"), Mu: p.number("mu")}.WaitVariance()
	case "optsplit":
		return theory.OptimalShares(p.number("lambda_total"), p.numbers("mu"))[0]
	}
	panic(r.ID + ": no formula")
}

func size(r row) float64 {
	p := r.params
	switch {
	case strings.Contains(r.Model, "pooled M/M/c"):
		return float64(theory.ServersForWait(p.number("lambda"), p.number("mu"), p.number("tau"), p.number("q")))
	case strings.Contains(r.Model, "random split"):
		return float64(theory.ServersForRandomSplit(p.number("lambda"), p.number("mu"), p.number("tau"), p.number("q")))
	case strings.Contains(r.Model, "Erlang-B"):
		return float64(theory.ServersForLoss(p.number("offered_load"), p.number("p_loss")))
	}
	panic(r.ID + ": no such sizing")
}

// formulaVerdict judges a formula's row.
func formulaVerdict(r row) verdict {
	if strings.HasPrefix(r.Kind, "bound-upper") {
		return within(compute(r), r.Value(), 1e-8*r.Value())
	}
	return r.judgeFormula(compute(r))
}
