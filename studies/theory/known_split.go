package theory

import "fmt"

// scales are the metrics that a system of n equal stations has n times.
var scales = map[string]bool{"mean_in_system": true, "throughput_rps": true}

// randomSplit thins a Poisson stream: n equal stations, or unequal M/M/1.
func (f ModelFacts) randomSplit() []Figure {
	if f.equal() {
		n := float64(len(f.Servers))
		one := f
		one.Rate /= n
		one.Servers = f.Servers[:1]
		figures := one.station()
		for i := range figures {
			figures[i].Model = fmt.Sprintf("%d × %s", len(f.Servers), figures[i].Model)
			figures[i].Source = "Poisson thinning; " + figures[i].Source
			if scales[figures[i].Metric] {
				figures[i].Value *= n
			}
		}
		return figures
	}
	if f.Service.Law != "exponential" || f.Workers != 1 || f.Queue != Unlimited || f.Discipline != "fifo" {
		return nil
	}
	split := RandomSplit{Lambda: f.Rate}
	for _, s := range f.Servers {
		split.Mu = append(split.Mu, s.Speed/f.Service.Mean)
		split.Shares = append(split.Shares, s.Weight)
	}
	if !split.stable() {
		return nil
	}
	a := answers{model: "unequal M/M/1", source: "Poisson thinning, a mixture of exponentials"}
	a.add("latency_seconds.mean", split.MeanResponse())
	a.quantiles("latency_seconds", split.ResponseQuantile)
	a.add("wait_seconds.mean", split.MeanWait())
	a.add("mean_in_system", split.MeanNumber())
	a.add("throughput_rps", f.Rate)
	return a.figures
}

// roundRobin over equal first-come servers: renewal arrivals at each, or for
// constant service one queue in effect.
func (f ModelFacts) roundRobin() []Figure {
	n := len(f.Servers)
	if f.Queue != Unlimited || f.Discipline != "fifo" {
		return nil
	}
	rate := f.Rate / float64(n)
	cv2, gamma := f.gammaGaps()
	switch {
	case f.Arrivals == "poisson" && f.Service.Law == "constant":
		return f.constantService("round robin = M/D/%d", "constant services free the servers in turn; Franx 2001")
	case f.Workers != 1 || f.Service.Law != "exponential":
		return nil
	case f.Arrivals == "poisson":
		return f.renewal(ErlangArrivals(n, rate), fmt.Sprintf("%d × E%d/M/1", n, n))
	case f.Arrivals == "constant":
		return f.renewal(ConstantArrivals(rate), fmt.Sprintf("%d × D/M/1", n))
	case gamma:
		// n gamma gaps make a gamma gap.
		return f.renewal(GammaArrivals(rate, cv2/float64(n)), fmt.Sprintf("%d × G/M/1", n))
	default:
		return nil
	}
}

// The range in which the limits of many servers are worth showing. The refined mean
// field's own error is about the square of its correction, the mean field's about
// the correction itself.
const (
	refinedCorrection = 0.1
	limitCorrection   = 0.02
	idleServers       = 100
	idleMostLoad      = 0.8
)

// memoryless reports whether servers are single first-come or sharing workers of
// exponential demands under Poisson arrivals.
func (f ModelFacts) memoryless() bool {
	return f.Arrivals == "poisson" && f.Service.Law == "exponential" && f.Workers == 1 && f.Queue == Unlimited
}

// choices is JSQ(d): the mean by the refined mean field, quantiles (first-come) by
// the mean field.
func (f ModelFacts) choices() []Figure {
	n := len(f.Servers)
	if !f.memoryless() || f.Choices < 2 || f.Choices > n/4 {
		return nil
	}
	m := MeanField{D: f.Choices, Rho: f.load(), Mu: 1 / f.mean()}
	refined := m.RefinedMeanField(n, f.Replacement)
	correction := refined/m.MeanResponse() - 1
	if correction > refinedCorrection {
		return nil
	}
	mean := answers{
		model:       fmt.Sprintf("JSQ(%d), refined mean field, N = %d", f.Choices, n),
		source:      "Gast & Van Houdt 2018; error of order 1/N²",
		approximate: true,
	}
	mean.open(f, refined)
	if f.Discipline != "fifo" || correction > limitCorrection {
		return mean.figures
	}
	limit := answers{
		model:       fmt.Sprintf("JSQ(%d), mean field", f.Choices),
		source:      "Mitzenmacher 2001; limit of many servers, error of order 1/N",
		approximate: true,
	}
	limit.quantiles("latency_seconds", m.ResponseQuantile)
	return append(mean.figures, limit.figures...)
}

// shortestSpread is the spread of the queues that join-shortest-queue needs, by the
// number of servers, and shortestLoad the load up to which the chain takes less than
// about a second.
var (
	shortestSpread = map[int]int{2: 40, 3: 20, 4: 14}
	shortestLoad   = map[int]float64{2: 0.98, 3: 0.95, 4: 0.9}
)

// shortestQueue is JSQ over two to four equal servers. How ties are broken makes no
// difference where servers are equal: the sorted counts are the same chain.
func (f ModelFacts) shortestQueue() []Figure {
	n := len(f.Servers)
	if !f.memoryless() || f.load() > shortestLoad[n] {
		return nil
	}
	c := Cluster{Lambda: f.Rate, Join: JoinShortest, Spread: shortestSpread[n]}
	for range n {
		c.Mu = append(c.Mu, 1/f.mean())
	}
	solved := c.Solve()
	a := answers{
		model:  fmt.Sprintf("join the shortest of %d", n),
		source: "Markov chain, linear level reduction; Adan, Wessels & Zijm 1990 for two",
	}
	a.open(f, solved.MeanResponse)
	if f.Discipline == "fifo" {
		a.add("wait_seconds.mean", solved.MeanResponse-f.mean())
		a.quantiles("latency_seconds", solved.ResponseQuantile)
	}
	return a.figures
}

func (f ModelFacts) idleQueue() []Figure {
	if !f.memoryless() || len(f.Servers) < idleServers || f.load() > idleMostLoad {
		return nil
	}
	a := answers{model: "join-idle-queue, limit of many servers", source: "Stolyar 2015", approximate: true}
	a.open(f, IdleQueueMeanResponse(1/f.mean()))
	return a.figures
}

// closed loops: one station with exponential service, or a random split.
func (f ModelFacts) closed() []Figure {
	insensitive := f.Discipline == "ps" && f.Workers == 1
	if f.Queue != Unlimited || f.Users < 1 || !(f.Think > 0) || (f.Service.Law != "exponential" && !insensitive) {
		return nil
	}
	capacity := float64(f.Workers * len(f.Servers))
	var throughput float64
	a := answers{}
	switch {
	case len(f.Servers) == 1:
		throughput = ClosedMMC{C: f.Workers, Users: f.Users, Think: f.Think, Service: f.mean()}.Throughput()
		a.model, a.source = fmt.Sprintf("M/M/%d//%d", f.Workers, f.Users), "machine repair; Gross & Harris, section 2.8"
	case f.equal() && f.Algorithm == "random" && f.Workers == 1:
		throughput = ClosedRandom{Servers: len(f.Servers), Users: f.Users, Think: f.Think, Service: f.mean()}.Throughput()
		a.model, a.source = fmt.Sprintf("closed network, %d users", f.Users), "mean value analysis; Reiser & Lavenberg 1980"
	default:
		return nil
	}
	response := InteractiveResponse(float64(f.Users), throughput, f.Think)
	a.add("throughput_rps", throughput)
	a.add("latency_seconds.mean", response)
	a.add("utilization", throughput*f.mean()/capacity)
	a.add("mean_in_system", Little(throughput, response))
	return a.figures
}
