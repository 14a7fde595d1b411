package truth

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"lbsim/studies/theory"
	"lbsim/workloads"
)

// worldOf reads the world that a row describes; ok is false for rows that describe
// none: formulas, schedules, and balls thrown into bins.
func worldOf(r row) (w world, ok bool) {
	switch p := r.params; r.Family() {
	case "mm1", "md1", "mdc", "mg1", "mh21", "me21", "mmc", "mmck", "erlA", "erlB", "mm1ps", "mg1ps", "mgcps", "dm1", "h2m1", "mmpp", "deadline":
		if r.formula() {
			return world{}, false
		}
		return station(r), true
	case "mm1tr", "mtminf", "nhpp":
		return transient(r), true
	case "rand", "rr", "wsplit", "optsplit", "het2":
		if r.formula() {
			return world{}, false
		}
		return split(r), true
	case "jsq", "jsqN", "pod", "pod100", "podN", "rmf", "mitz", "gast":
		w := farm(p.whole("N"), p.number("lambda_total"), 1/p.numberOr("mu", 1), "least_connections:ties=random")
		if p.has("d") {
			w.algorithm = choices(p.whole("d"), !strings.HasPrefix(p.text("sampling"), "distinct"))
		}
		w.sharing = p.text("discipline") == "PS"
		w.service = lawOf(p.text("service"), w.service.Mean())
		return w, true
	case "mf":
		return manyChoices(r), true
	case "jiq", "jiqm":
		return idleQueue(p), true
	case "mmcN", "closedrand":
		return loop(p), true
	}
	return world{}, false
}

// station is one server, of c workers, under some arrivals.
func station(r row) world {
	p := r.params
	mean := p.numberOr("E[S]", 1/p.numberOr("mu", 1))
	w := farm(1, p.numberOr("lambda", p.numberOr("mean_lambda", 0)), mean, "round_robin")
	w.service = lawOf(p.text("service"), mean)
	w.workers = int(p.numberOr("c", 1))
	w.sharing = strings.Contains(r.Model, "PS")
	switch r.Family() {
	case "mmck":
		w.places = p.whole("K_total_capacity_incl_service") - w.workers
	case "erlB":
		w.arrivals.rate = p.number("offered_load_a") / mean
		w.places = 0
		w.service = lawOf("any", mean)
	case "erlA":
		w.patience = 1 / p.number("theta")
	case "deadline":
		w.deadline = p.number("deadline")
	case "dm1":
		w.arrivals.cv2 = 0
	case "h2m1":
		cv2, ok := numberIn(strings.Split(p.text("arrivals"), " (")[0], "cv2")
		if !ok {
			panic(r.ID + ": " + p.text("arrivals"))
		}
		w.arrivals.cv2 = cv2
	case "mmpp":
		w.arrivals.phases = [2]workloads.BurstPhase{
			{Rate: p.number("lambda1"), Mean: 1 / p.number("r12")}, {Rate: p.number("lambda2"), Mean: 1 / p.number("r21")},
		}
	}
	if !p.has("lambda") && p.has("rho") {
		w.arrivals.rate = p.number("rho") / w.service.Mean()
	}
	return w
}

// copies is how many independent M/M/1 stations a transient is looked at in at once:
// a random split of Poisson arrivals makes independent Poisson arrivals.
const copies = 2000

// transient is a world that starts empty and is looked at once.
func transient(r row) world {
	p := r.params
	t := p.number("t")
	if r.Family() == "mm1tr" {
		w := farm(copies, copies*p.number("lambda"), 1/p.number("mu"), "random")
		w.at = t
		return w
	}
	w := farm(1, p.number("lambda_bar"), 1/p.numberOr("mu", 1000), "round_robin")
	w.arrivals.swing, w.arrivals.period = p.number("beta"), p.number("period")
	// So many workers that the chance to find none idle is below 1e-100.
	w.workers = int(4*w.arrivals.rate*(1+w.arrivals.swing)*w.service.Mean()) + 100
	w.at = t
	return w
}

// split deals requests over few servers, which may differ.
func split(r row) world {
	p := r.params
	rate, policy := p.number("lambda_total"), p.text("policy")
	if r.Family() == "rand" || r.Family() == "rr" {
		algorithm := "random"
		if r.Family() == "rr" {
			algorithm = "round_robin"
		}
		return farm(p.whole("N"), rate, 1/p.number("mu"), algorithm)
	}
	mu := p.numbers("mu")
	w := farm(len(mu), rate, 1, "random")
	w.speeds = mu
	switch {
	case r.Family() == "wsplit":
		w.weights = p.numbers("weights")
	case r.Family() == "optsplit":
		w.speeds, w.weights = used(mu, theory.OptimalShares(rate, mu))
	case strings.HasPrefix(policy, "shortest expected delay"):
		w.algorithm, w.weights = "shortest_expected_delay:ties=random", mu
	case strings.Contains(policy, "ties to the fast server"):
		// The fastest server is the first, as it must be for ties=first.
		if !slices.IsSortedFunc(mu, func(a, b float64) int { return int(math.Copysign(1, b-a)) }) {
			panic(fmt.Sprintf("%s: the fast server is not the first", r.ID))
		}
		w.algorithm = "least_connections:ties=first"
	default:
		w.algorithm = "least_connections:ties=random"
	}
	return w
}

// used leaves out the servers that have no share.
func used(mu, shares []float64) (speeds, weights []float64) {
	for i, share := range shares {
		if share > 0 {
			speeds, weights = append(speeds, mu[i]), append(weights, share)
		}
	}
	return speeds, weights
}

func choices(d int, replacement bool) string {
	if d == 1 {
		return "random"
	}
	return fmt.Sprintf("power_of_two:choices=%d,replacement=%v", d, replacement)
}

// manyChoices stands for JSQ(d) on infinitely many servers. One choice has no gap
// between many servers and infinitely many. Else the gap of N is brought to a half of
// the least tolerance, 0.2%, at most:
//
//   - of the mean, and of what follows from it, by the refined mean field;
//   - of the share s_k of servers with k or more requests: as a request makes
//     a server's k-th where all d choices have k-1, s_k is about E[X^d] of the random
//     share X of those, whose variance is about s_(k-1)/N, hence a relative gap of
//     d(d-1)/(2·N·s_(k-1)): 5% at N = 1000, d = 3, ρ = 0.5, where s_3 is a ten-thousandth.
func manyChoices(r row) world {
	p := r.params
	d, load, mean := p.whole("d"), p.number("lambda"), 1/p.number("mu")
	if d == 1 {
		return farm(20, 20*load/mean, mean, "random")
	}
	field := theory.MeanField{D: d, Rho: load, Mu: 1}
	gap := math.Abs(field.RefinedMeanField(1000, false)/field.MeanResponse()-1) / 0.002
	var k int
	if scans(r.Metric, "fraction of servers with >=%d jobs", &k) && k > 1 {
		gap = max(gap, float64(d*(d-1))/2/(1000*field.Tail(k-1))/0.002)
	}
	n := 1000 * int(math.Ceil(max(1, gap)))
	return farm(n, float64(n)*load/mean, mean, choices(d, false))
}

// idleQueue is join-idle-queue: with one dispatcher, or with many that servers
// report to. Infinitely many servers are as many as make it improbable (1e-4) that
// a request finds none idle, or 2,000 under many dispatchers.
func idleQueue(p parameters) world {
	mean := 1 / p.number("mu")
	if p.has("servers_per_dispatcher") {
		const n = 2000
		w := farm(n, n*p.number("lambda"), mean, "join_idle_queue:reports=true")
		w.frontends = n / p.whole("servers_per_dispatcher")
		return w
	}
	if p.has("N") {
		return farm(p.whole("N"), p.number("lambda_total"), mean, "join_idle_queue")
	}
	n := 500
	for theory.ErlangB(n, float64(n)*p.number("lambda")*mean) > 1e-4 {
		n *= 2
	}
	return farm(n, float64(n)*p.number("lambda"), mean, "join_idle_queue")
}

// loop is users who ask, wait and think.
func loop(p parameters) world {
	n := int(p.numberOr("K_servers", 1))
	mean := p.numberOr("service", 1)
	algorithm := "random"
	if n == 1 {
		algorithm = "round_robin"
	}
	w := farm(n, 0, mean, algorithm)
	w.service = lawOf(p.text("service_law"), mean)
	w.workers = int(p.numberOr("c", 1))
	w.arrivals = arrivals{users: p.whole("clients_N"), think: p.number("think_Z")}
	return w
}
