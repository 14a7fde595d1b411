package theory

import (
	"strings"
)

// station is what most queues here can say.
type station interface {
	MeanResponse() float64
	MeanWait() float64
}

type quantiles interface{ ResponseQuantile(q float64) float64 }

// figure reads the common metrics of a model.
func figure(k known, model any) (float64, bool) {
	if q, ok := k.quantileOf("T"); ok {
		if m, can := model.(quantiles); can {
			return m.ResponseQuantile(q), true
		}
		return 0, false
	}
	if q, ok := k.quantileOf("W"); ok {
		if m, can := model.(interface{ WaitQuantile(q float64) float64 }); can {
			return m.WaitQuantile(q), true
		}
		return 0, false
	}
	switch strings.TrimSuffix(k.Metric, " (accepted)") {
	case "mean_T":
		return model.(interface{ MeanResponse() float64 }).MeanResponse(), true
	case "mean_W":
		return model.(station).MeanWait(), true
	case "mean_N", "mean_N (geometric: P(N=n)=(1-rho)rho^n)":
		return model.(interface{ MeanNumber() float64 }).MeanNumber(), true
	case "P_wait":
		return model.(interface{ WaitProbability() float64 }).WaitProbability(), true
	case "throughput":
		return model.(interface{ Throughput() float64 }).Throughput(), true
	case "utilisation per server":
		return model.(interface{ Utilization() float64 }).Utilization(), true
	case "sd_W":
		return model.(interface{ WaitSD() float64 }).WaitSD(), true
	}
	return 0, false
}

// formula computes a row; ok is false where no formula of this package does.
func formula(k known) (value float64, ok bool) {
	switch k.Family() {
	case "mm1", "deadline":
		return mm1Row(k)
	case "mmc":
		return figure(k, MMC{C: k.whole("c"), Lambda: k.number("lambda"), Mu: k.number("mu")})
	case "mmck":
		m := MMCK{C: k.whole("c"), K: k.whole("K_total_capacity_incl_service"), Lambda: k.number("lambda"), Mu: k.number("mu")}
		if k.Metric == "P_loss" {
			return m.Loss(), true
		}
		return figure(k, m)
	case "erlB":
		return ErlangB(k.whole("c"), k.number("offered_load_a")), true
	case "erlA":
		return ErlangA{C: 1, Lambda: k.number("lambda"), Mu: k.number("mu"), Theta: k.number("theta")}.Abandonment(), true
	case "md1":
		return figure(k, MG1{Lambda: k.number("lambda"), Service: Deterministic{1}})
	case "mdc":
		return figure(k, MDC{C: k.whole("c"), Lambda: k.number("lambda"), Service: 1})
	case "mg1", "mh21", "me21":
		return figure(k, MG1{Lambda: k.number("lambda"), Service: laws[k.text("service")]})
	case "dm1":
		return figure(k, GIM1{Arrivals: ConstantArrivals(k.number("lambda")), Mu: k.number("mu")})
	case "h2m1":
		return figure(k, GIM1{Arrivals: HyperexponentialArrivals(k.number("lambda"), 4), Mu: k.number("mu")})
	case "mmpp":
		return figure(k, MMPP2{
			Rate:   [2]float64{k.number("lambda1"), k.number("lambda2")},
			Switch: [2]float64{k.number("r12"), k.number("r21")}, Mu: k.number("mu"),
		})
	case "mm1tr":
		return MM1{Lambda: k.number("lambda"), Mu: k.number("mu")}.MeanNumberAt(k.number("t")), true
	case "mtminf", "nhpp":
		s := Sinusoid{Mean: k.number("lambda_bar"), Swing: k.number("beta"), Period: k.number("period")}
		if k.Family() == "nhpp" {
			return s.Arrivals(k.number("t")), true
		}
		return s.InfiniteServers(k.number("mu"), k.number("t")), true
	case "mm1ps", "mg1ps", "mgcps":
		return sharedRow(k)
	case "rand", "rr", "wsplit", "optsplit":
		return splitRow(k)
	case "mmcN", "closedrand", "little", "bound":
		return closedRow(k)
	case "mf", "rmf", "mitz", "gast":
		return choicesRow(k)
	case "jiq", "jiqm":
		return idleQueueRow(k)
	case "jsq", "het2":
		return clusterRow(k)
	case "bins":
		return binsRow(k)
	case "size":
		return sizeRow(k)
	}
	return 0, false
}

// laws are the table's service laws by its words for them.
var laws = map[string]Service{
	"lognormal mean 1 cv2=1 (sigma^2=ln(1+cv2), mu=-sigma^2/2)":                                 Lognormal{Mean: 1, CV2: 1},
	"lognormal mean 1 cv2=4 (sigma^2=ln(1+cv2), mu=-sigma^2/2)":                                 Lognormal{Mean: 1, CV2: 4},
	"bounded Pareto alpha=1.5 L=1 H=1000 (density alpha L^alpha x^(-alpha-1)/(1-(L/H)^alpha))":  BoundedPareto{Alpha: 1.5, Low: 1, High: 1000},
	"bounded Pareto alpha=1.1 L=1 H=10000 (density alpha L^alpha x^(-alpha-1)/(1-(L/H)^alpha))": BoundedPareto{Alpha: 1.1, Low: 1, High: 10000},
	"bounded Pareto alpha=1.5 L=1 H=100 (density alpha L^alpha x^(-alpha-1)/(1-(L/H)^alpha))":   BoundedPareto{Alpha: 1.5, Low: 1, High: 100},
	"uniform(0,2)":                         Uniform{Low: 0, High: 2},
	"Weibull shape 0.5 mean 1 (scale 0.5)": Weibull{Shape: 0.5, Scale: 0.5},
	"Erlang-2 mean 1":                      ErlangLaw(2, 1),
	"H2 balanced means, mean 1, cv2=4: p=0.8872983346 rate1=1.774596669, else rate2=0.2254033308": BalancedH2(1, 4),
	"H2 balanced means, mean 1, cv2=2: p=0.7886751346 rate1=1.577350269, else rate2=0.4226497308": BalancedH2(1, 2),
}

func mm1Row(k known) (float64, bool) {
	m := MM1{Lambda: k.number("lambda"), Mu: k.number("mu")}
	switch k.Metric {
	case "P_wait":
		return m.Utilization(), true
	case "var_T":
		return m.VarResponse(), true
	case "P(T > deadline)":
		return m.ResponseTail(k.number("deadline")), true
	case "n_var_mean_W (lim n*Var[mean of n consecutive W])":
		return m.WaitVariance(), true
	}
	return figure(k, m)
}

func sharedRow(k known) (float64, bool) {
	if k.Family() == "mgcps" {
		return SharedHostMeanResponse(k.whole("c"), k.number("lambda"), k.number("E[S]")), true
	}
	s := SharedServer{Lambda: k.number("lambda"), Mean: 1}
	if q, ok := k.quantileOf("T"); ok {
		return s.ExponentialQuantile(q), true
	}
	switch k.Metric {
	case "var_T":
		return s.ExponentialVariance(), true
	case "E[T|size x]/x for every x":
		return s.Slowdown(), true
	}
	return figure(k, s)
}

func splitRow(k known) (float64, bool) {
	lambda := k.number("lambda_total")
	switch k.Family() {
	case "rr":
		n := k.whole("N")
		return figure(k, GIM1{Arrivals: ErlangArrivals(n, lambda/float64(n)), Mu: k.number("mu")})
	case "rand":
		mu := make([]float64, k.whole("N"))
		for i := range mu {
			mu[i] = k.number("mu")
		}
		return figure(k, RandomSplit{Lambda: lambda, Mu: mu})
	case "wsplit":
		return figure(k, RandomSplit{Lambda: lambda, Mu: k.numbers("mu"), Shares: k.numbers("weights")})
	}
	shares := OptimalShares(lambda, k.numbers("mu"))
	if k.Metric == "share of server 0" {
		return shares[0], true
	}
	return RandomSplit{Lambda: lambda, Mu: k.numbers("mu"), Shares: shares}.MeanResponse(), true
}

func closedRow(k known) (float64, bool) {
	switch k.Family() {
	case "mmcN":
		return figure(k, ClosedMMC{C: k.whole("c"), Users: k.whole("clients_N"), Think: k.number("think_Z"), Service: k.number("service")})
	case "closedrand":
		return figure(k, ClosedRandom{Servers: k.whole("K_servers"), Users: k.whole("clients_N"), Think: k.number("think_Z"), Service: 1})
	case "bound":
		return ThroughputBound(k.number("clients"), k.number("think_Z"), k.number("max_demand"), k.number("total_demand")), true
	}
	if k.Metric == "mean response" {
		return InteractiveResponse(k.number("clients"), k.number("throughput"), k.number("think_Z")), true
	}
	return Little(k.number("lambda"), k.number("mean_T")), true
}

func choicesRow(k known) (float64, bool) {
	switch k.Family() {
	case "mf":
		m := MeanField{D: k.whole("d"), Rho: k.number("lambda"), Mu: 1}
		if strings.HasPrefix(k.Metric, "fraction of servers with >=3") {
			return m.Tail(3), true
		}
		return figure(k, m)
	case "gast", "mitz":
		rho := k.number("lambda_total") / k.number("N")
		if k.number("N") < 50 || rho > 0.95 {
			return 0, false // the correction's own error is above a percent there
		}
		mean := MeanField{D: k.whole("d"), Rho: rho, Mu: 1}.RefinedMeanField(k.whole("N"), k.Family() == "gast")
		if k.Family() == "gast" {
			mean *= rho
		}
		return mean, true
	}
	m := MeanField{D: k.whole("d"), Rho: k.number("lambda_total") / k.number("N"), Mu: k.number("mu")}
	return m.RefinedMeanField(k.whole("N"), k.text("sampling") != "distinct"), true
}

func idleQueueRow(k known) (float64, bool) {
	if strings.HasPrefix(k.ID, "jiq.mf") {
		return IdleQueueMeanResponse(1), true
	}
	if k.Family() == "jiq" {
		return clusterRow(k)
	}
	q := IdleQueues{Ratio: k.number("servers_per_dispatcher"), Rho: k.number("lambda"), Mu: k.number("mu")}
	switch k.Metric {
	case "mean_T":
		return q.MeanResponse(), true
	case "mean_T (closed form without withdrawals)":
		return q.MeanResponseWithoutWithdrawal(), true
	default:
		return q.IdleFound(), true
	}
}

func binsRow(k known) (float64, bool) {
	if strings.HasPrefix(k.ID, "bins.fluid") {
		atLeast := int(k.Metric[len("fraction of bins with >=")] - '0')
		return ChoicesFraction(k.whole("d"), k.number("balls_per_bin"), atLeast), true
	}
	if k.number("d") != 1 {
		return 0, false // known by simulation only
	}
	b := Bins{Bins: k.whole("bins_n"), Balls: k.whole("balls_m")}
	if strings.HasPrefix(k.Metric, "expected fraction") {
		return b.FractionAtLeast(2), true
	}
	pmf := maxLoads(b)
	mode := 0
	for i, p := range pmf {
		if p > pmf[mode] {
			mode = i
		}
	}
	switch k.Metric {
	case "E[max load]":
		return MeanMaxLoad(pmf), true
	case "most likely max load":
		return float64(mode), true
	default:
		return pmf[mode], true
	}
}

// maxLoads keeps each law of the greatest load, which three rows ask for.
var maxLoads = func() func(Bins) []float64 {
	cache := map[Bins][]float64{}
	return func(b Bins) []float64 {
		if _, ok := cache[b]; !ok {
			cache[b] = b.MaxLoad()
		}
		return cache[b]
	}
}()

func sizeRow(k known) (float64, bool) {
	switch {
	case strings.HasPrefix(k.ID, "size.mmc"):
		return float64(ServersForWait(k.number("lambda"), k.number("mu"), k.number("tau"), k.number("q"))), true
	case strings.HasPrefix(k.ID, "size.rand"):
		return float64(ServersForRandomSplit(k.number("lambda"), k.number("mu"), k.number("tau"), k.number("q"))), true
	default:
		return float64(ServersForLoss(k.number("offered_load"), k.number("p_loss"))), true
	}
}

// clusters keeps each solved chain, of which a family asks several figures.
var clusters = map[string]ClusterFigures{}

func clusterRow(k known) (float64, bool) {
	parts := strings.Split(k.ID, ".")
	name := strings.Join(parts[:len(parts)-1], ".")
	f, solved := clusters[name]
	if !solved {
		c, ok := clusterOf(k, parts)
		if !ok {
			return 0, false
		}
		f = c.Solve()
		clusters[name] = f
	}
	switch k.Metric {
	case "P_wait":
		return f.WaitProbability, true
	case "mean_T":
		return f.MeanResponse, true
	case "fraction of requests to server 0":
		return f.Shares[0], true
	}
	q, ok := k.quantileOf("T")
	return f.ResponseQuantile(q), ok
}

// clusterOf is the chain of a row, where it is small enough for a quick test.
func clusterOf(k known, parts []string) (Cluster, bool) {
	c := Cluster{Lambda: k.number("lambda_total"), Join: JoinShortest, Spread: 40}
	if parts[0] == "het2" {
		c.Mu, c.Spread = k.numbers("mu"), 100
		switch parts[1] {
		case "sed":
			c.Join = JoinFastest(c.Mu)
		case "jsqfast":
			c.Join = JoinShortestFirst
		}
		return c, true
	}
	n := k.whole("N")
	for range n {
		c.Mu = append(c.Mu, 1)
	}
	if parts[0] == "jiq" {
		c.Join, c.Spread = JoinIdle, 60
		return c, parts[1] == "N2" && parts[2] == "r50"
	}
	if n > 2 {
		c.Spread = 14
	}
	return c, n == 2 || n == 4
}
