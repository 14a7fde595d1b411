package theory

// A Case is a known answer for the engine to find: a scenario of which mathematics
// knows a figure.
type Case struct {
	Name     string // mm1-mean
	Shows    string // what it is about, in a sentence
	Scenario string // YAML in the scenario language
	Metric   string // path in a result's variant: latency_seconds.p99
	Expected float64
	// Tolerance is how far measured and expected may be apart, relative to the
	// expected value, beyond the chance of the interval: 0.4% for an exact answer,
	// which is the histogram's width, more for the limit of many servers.
	Tolerance float64
	Source    string
}

const (
	exact = 0.004 // the histogram's width
	limit = 0.02  // many servers for infinitely many
)

// Cases are the known answers of `lbsim theory`. A service takes 10ms on average
// everywhere. Each case runs long enough for an interval of at most ±2% of the value:
// two to seven million requests. Cases with the same Scenario need one run.
func Cases() []Case {
	var cases []Case
	cases = append(cases, stationCases()...)
	cases = append(cases, generalCases()...)
	cases = append(cases, splitCases()...)
	cases = append(cases, fleetCases()...)
	cases = append(cases, closedCases()...)
	return append(cases, failureCases()...)
}

// A setting is the part of a scenario in which the cases differ.
type setting struct {
	name, arrivals, service string
	servers                 string // the groups, one a line
	algorithm               string
	run                     string
	clients, care, timeline string // one line each; "": none
}

const (
	exponential10 = "{dist: exponential, mean: 10ms}"
	constant10    = "{dist: constant, mean: 10ms}"
	oneServer     = "  - {name: api, count: 1, workers: 1}\n"

	// Warm-ups are many relaxation times: 1/(μ(1-√ρ)²) is 0.9 s for M/M/1 at 0.8.
	oneServerRun = "{duration: 3000s, warmup: 20s, replications: 20, seed: 1}"
	shortRun     = "{duration: 500s, warmup: 20s, replications: 20, seed: 1}"
)

func (s setting) yaml() string {
	return "name: " + s.name + "\n" +
		"workload:\n" +
		"  arrivals: " + s.arrivals + "\n" +
		"  classes:\n" +
		"    - {name: request, share: 100%, service: " + s.service + "}\n" +
		line("  clients: ", s.clients) +
		"servers:\n" + s.servers +
		"balancer:\n" +
		"  algorithm: " + s.algorithm + "\n" +
		line("  ", s.care) +
		line("timeline: ", s.timeline) +
		"run: " + s.run + "\n"
}

func line(key, value string) string {
	if value == "" {
		return ""
	}
	return key + value + "\n"
}

// stationCases are one server or host with exponential service.
func stationCases() []Case {
	mm1 := setting{
		name: "mm1", arrivals: "{process: poisson, rate: 80/s}", service: exponential10,
		servers: oneServer, algorithm: "round_robin", run: oneServerRun,
	}.yaml()
	one := MM1{Lambda: 80, Mu: 100}
	mm4 := setting{
		name: "mm4", arrivals: "{process: poisson, rate: 320/s}", service: exponential10,
		servers: "  - {name: host, count: 1, workers: 4}\n", algorithm: "round_robin", run: shortRun,
	}.yaml()
	four := MMC{C: 4, Lambda: 320, Mu: 100}
	full := setting{
		name: "mm4-bounded", arrivals: "{process: poisson, rate: 360/s}", service: exponential10,
		servers: "  - {name: host, count: 1, workers: 4, queue: 6}\n", algorithm: "round_robin", run: shortRun,
	}.yaml()
	bounded := MMCK{C: 4, K: 10, Lambda: 360, Mu: 100}
	return []Case{
		{"mm1-mean", "One server at 80% load: requests take five times their service.", mm1, "latency_seconds.mean", one.MeanResponse(), exact, "M/M/1: 1/(μ-λ); Kleinrock 1975"},
		{"mm1-p99", "Its slowest hundredth: response times are exponential.", mm1, "latency_seconds.p99", one.ResponseQuantile(0.99), exact, "M/M/1: ln(100)/(μ-λ)"},
		{"mm1-little", "Little's law: the number in system is rate times response time.", mm1, "mean_in_system", one.MeanNumber(), exact, "Little 1961"},
		{"mm4-wait", "Four workers with one queue wait far less than four servers would.", mm4, "wait_seconds.mean", four.MeanWait(), exact, "M/M/4: Erlang C"},
		{"mm4-p99", "Their slowest hundredth.", mm4, "latency_seconds.p99", four.ResponseQuantile(0.99), exact, "M/M/4"},
		{"mm4-bounded-loss", "A queue of six places refuses the rest.", full, "error_ratio", bounded.Loss(), exact, "M/M/4/10: birth-death product form"},
		{"mm4-bounded-mean", "Who is accepted waits little.", full, "latency_seconds.mean", bounded.MeanResponse(), exact, "M/M/4/10, accepted requests"},
	}
}

// generalCases have other laws of service, of arrivals, or sharing.
func generalCases() []Case {
	one := func(name, arrivals, service, server string) string {
		return setting{name: name, arrivals: arrivals, service: service, servers: server, algorithm: "round_robin", run: oneServerRun}.yaml()
	}
	const (
		poisson80 = "{process: poisson, rate: 80/s}"
		sharing   = "  - {name: api, count: 1, workers: 1, discipline: ps}\n"
		skewed    = "{dist: lognormal, mean: 10ms, cv: 1.5}"
	)
	shared := SharedServer{Lambda: 80, Mean: 0.01}
	loss := setting{
		name: "loss", arrivals: "{process: poisson, rate: 800/s}", service: skewed,
		servers: "  - {name: host, count: 1, workers: 10, queue: 0}\n", algorithm: "round_robin", run: shortRun,
	}.yaml()
	host := setting{
		name: "shared-host", arrivals: "{process: poisson, rate: 320/s}", service: constant10,
		servers: "  - {name: host, count: 1, workers: 4, discipline: ps}\n", algorithm: "round_robin", run: shortRun,
	}.yaml()
	bursts := MMPP2{Rate: [2]float64{105, 35}, Switch: [2]float64{10, 10}, Mu: 100}
	return []Case{
		{"md1-p99", "Constant service: the tail is half as long.", one("md1", poisson80, constant10, oneServer), "latency_seconds.p99", MG1{Lambda: 80, Service: Deterministic{0.01}}.ResponseQuantile(0.99), exact, "M/D/1; Franx 2001"},
		{"mg1-mean", "Variable service: the wait grows with the second moment.", one("mg1", "{process: poisson, rate: 70/s}", skewed, oneServer), "wait_seconds.mean", MG1{Lambda: 70, Service: Lognormal{Mean: 0.01, CV2: 2.25}}.MeanWait(), exact, "Pollaczek-Khinchine"},
		{"ps-insensitive", "Shared in equal parts, a server forgets how variable its work is.", one("ps", poisson80, skewed, sharing), "latency_seconds.mean", shared.MeanResponse(), exact, "M/G/1-PS: E[S]/(1-ρ)"},
		{"ps-p99", "But its slowest are slower than first-come's.", one("ps-exponential", poisson80, exponential10, sharing), "latency_seconds.p99", shared.ExponentialQuantile(0.99), exact, "M/M/1-PS; Coffman, Muntz & Trotter 1970"},
		{"shared-host", "Four cores shared by all: like four workers with one queue, whatever the work.", host, "latency_seconds.mean", SharedHostMeanResponse(4, 320, 0.01), exact, "M/G/4-PS; Kelly 1979"},
		{"constant-arrivals", "Requests on the beat wait less.", one("dm1", "{process: constant, rate: 80/s}", exponential10, oneServer), "latency_seconds.mean", GIM1{Arrivals: ConstantArrivals(80), Mu: 100}.MeanResponse(), exact, "D/M/1; Kleinrock 1975"},
		{"burst-arrivals", "Bursts that overload for a tenth of a second make more wait.", one("bursts", "{process: bursts, phases: [{mean: 100ms, rate: 105/s}, {mean: 100ms, rate: 35/s}]}", exponential10, oneServer), "latency_seconds.mean", bursts.MeanResponse(), exact, "MMPP/M/1; Neuts 1981"},
		{"loss", "Without a queue the share of refused depends on the mean service alone.", loss, "error_ratio", ErlangB(10, 8), exact, "Erlang B"},
	}
}

// splitCases deal requests over ten servers without looking at them.
func splitCases() []Case {
	fleet := func(name, service, servers, algorithm string) string {
		return setting{name: name, arrivals: "{process: poisson, rate: 800/s}", service: service, servers: servers, algorithm: algorithm, run: shortRun}.yaml()
	}
	const ten = "  - {name: api, count: 10, workers: 1}\n"
	unequal := RandomSplit{Lambda: 800, Mu: []float64{200, 200, 200, 200, 200, 100, 100}, Shares: []float64{2, 2, 2, 2, 2, 1, 1}}
	const mixed = "  - {name: big, count: 5, workers: 1, speed: 2, weight: 2}\n  - {name: small, count: 2, workers: 1, speed: 1, weight: 1}\n"
	return []Case{
		{"random-split", "Random over ten servers: each is a queue of its own.", fleet("random", exponential10, ten, "random"), "latency_seconds.mean", MM1{Lambda: 80, Mu: 100}.MeanResponse(), exact, "Poisson thinning: 10 × M/M/1"},
		{"round-robin", "In turn: evener arrivals, shorter queues.", fleet("round-robin", exponential10, ten, "round_robin"), "latency_seconds.mean", GIM1{Arrivals: ErlangArrivals(10, 80), Mu: 100}.MeanResponse(), exact, "10 × E10/M/1; Kleinrock 1975"},
		{"round-robin-constant", "In turn with constant service is as good as one queue.", fleet("round-robin-constant", constant10, ten, "round_robin"), "latency_seconds.p99", MDC{C: 10, Lambda: 800, Service: 0.01}.ResponseQuantile(0.99), exact, "M/D/10; Franx 2001"},
		{"weighted-random", "Shares in proportion to speed: equal loads, but small servers stay slower.", fleet("weighted-random", exponential10, mixed, "random"), "latency_seconds.p99", unequal.ResponseQuantile(0.99), exact, "a mixture of M/M/1"},
	}
}

// fleetCases look at servers before they choose; theory knows two, or the limit of
// many.
func fleetCases() []Case {
	fleet := func(name, rate, algorithm string) string {
		return setting{
			name: name, arrivals: "{process: poisson, rate: " + rate + "}", service: exponential10,
			servers: "  - {name: api, count: 100, workers: 1}\n", algorithm: algorithm,
			run: "{duration: 40s, warmup: 10s, replications: 20, seed: 1}",
		}.yaml()
	}
	two := fleet("two-choices", "9000/s", "{name: power_of_two, choices: 2, replacement: false}")
	field := MeanField{D: 2, Rho: 0.9, Mu: 100}
	pair := setting{
		name: "shortest-queue", arrivals: "{process: poisson, rate: 160/s}", service: exponential10,
		servers: "  - {name: api, count: 2, workers: 1}\n", algorithm: "least_connections",
		run: "{duration: 600s, warmup: 20s, replications: 20, seed: 1}",
	}.yaml()
	shortest := Cluster{Lambda: 160, Mu: []float64{100, 100}, Join: JoinShortest, Spread: 40}.Solve()
	return []Case{
		{"shortest-queue", "The shorter of two queues: nearly as good as one queue for both.", pair, "latency_seconds.mean", shortest.MeanResponse, exact, "join the shortest queue; Adan, Wessels & Zijm 1990"},
		{"two-choices", "The better of two random servers, at 90% load: four times faster than one.", two, "latency_seconds.mean", field.RefinedMeanField(100, false), exact, "refined mean field, N = 100; Gast & Van Houdt 2018"},
		{"two-choices-limit", "A hundred servers are nearly infinitely many.", two, "latency_seconds.p99", field.ResponseQuantile(0.99), limit, "mean field; Mitzenmacher 2001"},
		{"idle-queue", "A dispatcher that knows the idle: nobody waits.", fleet("idle-queue", "8000/s", "join_idle_queue"), "latency_seconds.mean", IdleQueueMeanResponse(100), limit, "limit of many servers; Stolyar 2015"},
	}
}

// closedCases are users who wait for an answer before they go on.
func closedCases() []Case {
	loop := func(name, users, think, servers, algorithm string) string {
		return setting{
			name: name, arrivals: "{process: closed, users: " + users + ", think: {dist: exponential, mean: " + think + "}}",
			service: exponential10, servers: servers, algorithm: algorithm, run: shortRun,
		}.yaml()
	}
	one := ClosedMMC{C: 1, Users: 10, Think: 0.09, Service: 0.01}
	many := ClosedRandom{Servers: 4, Users: 100, Think: 0.2, Service: 0.01}
	return []Case{
		{"closed-throughput", "Ten users who think for 90ms between requests of 10ms.", loop("closed", "10", "90ms", oneServer, "round_robin"), "throughput_rps", one.Throughput(), exact, "M/M/1//10, machine repair"},
		{"closed-random", "A hundred users over four servers at random.", loop("closed-random", "100", "200ms", "  - {name: api, count: 4, workers: 1}\n", "random"), "latency_seconds.mean", many.MeanResponse(), exact, "mean value analysis; Reiser & Lavenberg 1980"},
	}
}
