package theory

import (
	"fmt"
	"math"
)

// Known returns what theory knows about a scenario's steady state, none where it
// knows nothing. Stations are recognised directly; a random split of Poisson
// arrivals makes stations of its servers (thinning), a round-robin one renewal
// arrivals. Within a bound of the queue, and under overload without one, only what
// still holds is returned.
func Known(f ModelFacts) []Figure {
	if !f.Plain || len(f.Servers) == 0 || f.Workers < 1 || !(f.Service.Mean > 0) {
		return nil
	}
	if f.Arrivals == "closed" {
		return f.closed()
	}
	if f.Queue == Unlimited && f.load() >= 1 {
		return nil
	}
	switch {
	case len(f.Servers) == 1:
		return f.station()
	case f.Algorithm == "random" && f.Arrivals == "poisson":
		return f.randomSplit()
	case !f.equal():
		return nil
	case f.Algorithm == "round_robin":
		return f.roundRobin()
	case f.Algorithm == "least_connections", f.Algorithm == "power_of_two" && f.Choices >= len(f.Servers) && !f.Replacement:
		return f.shortestQueue()
	case f.Algorithm == "power_of_two":
		return f.choices()
	case f.Algorithm == "join_idle_queue":
		return f.idleQueue()
	default:
		return nil
	}
}

// answers collects figures of one model.
type answers struct {
	model, source string
	approximate   bool
	figures       []Figure
}

func (a *answers) add(metric string, value float64) {
	if math.IsInf(value, 0) || math.IsNaN(value) {
		return
	}
	a.figures = append(a.figures, Figure{
		Metric: metric, Value: value, Model: a.model, Source: a.source, Approximate: a.approximate,
	})
}

// nearJump is how near to a jump of the distribution function no quantile is told.
const nearJump = 0.02

// quantiles adds the quantiles that a result shows.
func (a *answers) quantiles(metric string, of func(q float64) float64) {
	for _, q := range []struct {
		name string
		q    float64
	}{{"p50", 0.5}, {"p90", 0.9}, {"p95", 0.95}, {"p99", 0.99}, {"p999", 0.999}} {
		if metric == "wait_seconds" && q.name != "p50" && q.name != "p99" {
			continue
		}
		// Where nearly as many requests wait as do not, the quantile jumps from nothing,
		// and which side a run comes out on is chance.
		if of(q.q-nearJump) == 0 && of(q.q+nearJump) > 0 {
			continue
		}
		a.add(metric+"."+q.name, of(q.q))
	}
}

// open adds what follows from a mean response in an open system without loss, by
// Little's law and the conservation of work.
func (a *answers) open(f ModelFacts, meanResponse float64) {
	a.add("latency_seconds.mean", meanResponse)
	a.add("mean_in_system", Little(f.Rate, meanResponse))
	a.add("utilization", f.load())
	a.add("throughput_rps", f.Rate)
}

// station is one server, with the rate and speed it has.
func (f ModelFacts) station() []Figure {
	poisson, exponential := f.Arrivals == "poisson", f.Service.Law == "exponential"
	switch {
	case f.Queue == 0 && f.Discipline == "fifo" && poisson:
		return f.lossStation()
	case f.Queue != Unlimited && f.Discipline == "fifo" && poisson && exponential:
		return f.boundedStation()
	case f.Queue != Unlimited:
		return nil
	case f.Discipline == "ps" && poisson:
		return f.sharedStation()
	case f.Discipline != "fifo":
		return nil
	case poisson && exponential:
		return f.exponentialStation()
	case poisson && f.Workers == 1:
		return f.generalStation()
	case poisson && f.Service.Law == "constant":
		return f.constantService("M/D/%d", "Franx 2001")
	case exponential && f.Workers == 1:
		return f.renewalStation()
	default:
		return nil
	}
}

// mean is the service time of a request at a server of the first one's speed.
func (f ModelFacts) mean() float64 { return f.Service.Mean / f.Servers[0].Speed }

func (f ModelFacts) exponentialStation() []Figure {
	m := MMC{C: f.Workers, Lambda: f.Rate, Mu: 1 / f.mean()}
	a := answers{model: fmt.Sprintf("M/M/%d", f.Workers), source: "Erlang C; Kleinrock vol. 1 (1975), chapter 3"}
	a.open(f, m.MeanResponse())
	a.quantiles("latency_seconds", m.ResponseQuantile)
	a.add("wait_seconds.mean", m.MeanWait())
	a.quantiles("wait_seconds", m.WaitQuantile)
	return a.figures
}

// generalStation knows the means from mean and cv alone, quantiles from the law.
func (f ModelFacts) generalStation() []Figure {
	a := answers{model: "M/G/1", source: "Pollaczek-Khinchine; Kleinrock vol. 1 (1975), section 5.6"}
	mean := f.mean()
	wait := f.Rate * mean * mean * (1 + f.Service.CV*f.Service.CV) / (2 * (1 - f.load()))
	a.open(f, wait+mean)
	a.add("wait_seconds.mean", wait)
	if law := f.Service.law(f.Servers[0].Speed); law != nil {
		a.quantiles("latency_seconds", MG1{Lambda: f.Rate, Service: law}.ResponseQuantile)
	}
	return a.figures
}

// constantService is c servers of constant service with one queue in effect.
func (f ModelFacts) constantService(model, source string) []Figure {
	c := f.Workers * len(f.Servers)
	m := MDC{C: c, Lambda: f.Rate, Service: f.mean()}
	a := answers{model: fmt.Sprintf(model, c), source: source}
	a.open(f, m.MeanResponse())
	a.quantiles("latency_seconds", m.ResponseQuantile)
	a.add("wait_seconds.mean", m.MeanWait())
	a.quantiles("wait_seconds", m.WaitQuantile)
	return a.figures
}

func (f ModelFacts) renewalStation() []Figure {
	if f.Arrivals == "constant" {
		return f.renewal(ConstantArrivals(f.Rate), "D/M/1")
	}
	if cv2, ok := f.gammaGaps(); ok {
		return f.renewal(GammaArrivals(f.Rate, cv2), "GI/M/1")
	}
	if f.Arrivals == "renewal" && f.GapLaw == "hyperexponential" {
		return f.renewal(HyperexponentialArrivals(f.Rate, f.GapCV*f.GapCV), "H2/M/1")
	}
	return nil
}

// gammaGaps is the squared coefficient of variation of gamma gaps, Erlang's and the
// exponential among them.
func (f ModelFacts) gammaGaps() (cv2 float64, ok bool) {
	switch f.GapLaw {
	case "gamma", "erlang", "exponential":
		return f.GapCV * f.GapCV, f.Arrivals == "renewal" && f.GapCV > 0
	}
	return 0, false
}

// renewal is one or more equal servers, each with these arrivals.
func (f ModelFacts) renewal(arrivals Arrivals, model string) []Figure {
	m := GIM1{Arrivals: arrivals, Mu: 1 / f.mean()}
	a := answers{model: model, source: "root of the arrivals' transform; Kleinrock vol. 1 (1975), chapter 6"}
	a.open(f, m.MeanResponse())
	a.quantiles("latency_seconds", m.ResponseQuantile)
	a.add("wait_seconds.mean", m.MeanWait())
	a.quantiles("wait_seconds", m.WaitQuantile)
	return a.figures
}

// sharedStation is processor sharing, insensitive to the law but for quantiles.
func (f ModelFacts) sharedStation() []Figure {
	a := answers{model: "M/G/1-PS", source: "insensitivity; Kleinrock vol. 2 (1976), section 4.4"}
	if f.Workers > 1 {
		a.model, a.source = fmt.Sprintf("M/G/%d-PS", f.Workers), "symmetric queue; Kelly 1979, section 3.3"
		a.open(f, SharedHostMeanResponse(f.Workers, f.Rate, f.mean()))
		return a.figures
	}
	s := SharedServer{Lambda: f.Rate, Mean: f.mean()}
	a.open(f, s.MeanResponse())
	if f.Service.Law == "exponential" {
		a.quantiles("latency_seconds", s.ExponentialQuantile)
	}
	return a.figures
}

func (f ModelFacts) boundedStation() []Figure {
	capacity := f.Workers + f.Queue
	m := MMCK{C: f.Workers, K: capacity, Lambda: f.Rate, Mu: 1 / f.mean()}
	a := answers{model: fmt.Sprintf("M/M/%d/%d", f.Workers, capacity), source: "birth-death product form; Gross & Harris, section 2.5"}
	a.add("error_ratio", m.Loss())
	a.add("throughput_rps", m.Throughput())
	a.add("utilization", m.Utilization())
	a.add("mean_in_system", m.MeanNumber())
	a.add("latency_seconds.mean", m.MeanResponse())
	a.quantiles("latency_seconds", m.ResponseQuantile)
	return a.figures
}

// lossStation has no queue: who is accepted is served at once.
func (f ModelFacts) lossStation() []Figure {
	loss := ErlangB(f.Workers, f.Rate*f.mean())
	carried := f.Rate * (1 - loss)
	a := answers{model: fmt.Sprintf("M/G/%d/%d", f.Workers, f.Workers), source: "Erlang B, insensitive to the service law"}
	a.add("error_ratio", loss)
	a.add("throughput_rps", carried)
	a.add("utilization", carried*f.mean()/float64(f.Workers))
	a.add("mean_in_system", carried*f.mean())
	a.add("latency_seconds.mean", f.mean())
	return a.figures
}
