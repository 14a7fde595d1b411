package theory

// failureCases are about what fails, is noticed and is tried again.
func failureCases() []Case {
	retried := func(name, errs, budget string) string {
		return setting{
			name: name, arrivals: "{process: poisson, rate: 1000/s}", service: exponential10, servers: "  - {name: api, count: 40, workers: 1}\n",
			algorithm: "random", care: "retries: {attempts: 3, conditions: [503], budget: " + budget + "}",
			timeline: "[{at: 0s, do: errors, group: api, ratio: " + errs + ", status: 503}]",
			run:      "{duration: 100s, warmup: 5s, replications: 20, seed: 1}",
		}.yaml()
	}
	some := retried("retries", "30%", "unlimited")
	budget := retried("retry-budget", "100%", "{kind: token_bucket, ratio: 20%, min_rate: 10/s}")
	three := TryAgain{Failure: 0.3, Attempts: 3}

	// At 60 s the jitters of some twenty checks have made the crash fall at any moment.
	checked := setting{
		name: "detection", arrivals: "{process: poisson, rate: 5/s}", service: exponential10, servers: "  - {name: api, count: 2, workers: 1}\n",
		algorithm: "random", care: "health: {active: {interval: 2s, timeout: 1s, unhealthy: 3, jitter: 100%}}",
		timeline: "[{at: 60s, do: crash, server: api-1}]",
		run:      "{duration: 75s, warmup: 1s, replications: 400, seed: 1}",
	}.yaml()
	checks := HealthChecks{Interval: 2, Jitter: 1, Unhealthy: 3}

	vain := TimeoutRetries{Lambda: 50, Mu: 100, Timeout: 0.05, Retries: 2}
	rates := vain.FixedPoints()
	healthy, collapsed := rates[0], rates[len(rates)-1]
	well := impatient("timeouts", "")
	// After 5 s each server has 2.5 s of work before it or more, and more comes than it can do.
	stuck := impatient("timeouts-stuck", "[{at: 5s, do: hang, group: api}, {at: 10s, do: restore, group: api}]")
	return []Case{
		{"retries-attempts", "Three attempts, each of which fails three times in ten.", some, "amplification", three.PerRequest(), exact, "1 + p + p²"},
		{"retries-failed", "Few requests fail three times.", some, "error_ratio", three.Failed(), exact, "p³"},
		{"retry-budget", "When everything fails, a budget of a fifth allows a fifth.", budget, "amplification", 1 + 0.2 + 10./1000, exact, "1 + ratio + min_rate/λ; Finagle's RetryBudget"},
		{"detection", "A crash, noticed after three failed checks.", checked, "recovery.detect_seconds", checks.MeanDetection(), exact, "renewal theory: E[X²]/2E[X] + 2E[X]"},
		{"timeouts", "Clients who give up after 50ms and try twice again feed the load with it.", well, "utilization", healthy / vain.Mu, limit, "fixed point l = λ(1 + q + q²), q = exp(-(μ-l)τ)"},
		{"timeouts-stuck", "The same after servers hung for 5s: a second state, in which all is in vain.", stuck, "amplification", collapsed / vain.Lambda, exact, "its fixed point above μ; Bronson et al. 2021, metastable failures"},
	}
}

// impatient is clients at servers chosen at random that go on with what was given up.
// What an attempt needs is drawn anew, as the formula has it.
func impatient(name, timeline string) string {
	return setting{
		name: name, arrivals: "{process: poisson, rate: 1000/s}", service: exponential10 + ", copies: independent",
		servers: "  - {name: api, count: 20, workers: 1}\n", algorithm: "random",
		clients:  "{timeout: 50ms, on_timeout: abandon, retries: {attempts: 3, after: [timed_out], backoff: {dist: exponential, mean: 2s}}}",
		timeline: timeline, run: "{duration: 100s, warmup: 20s, replications: 20, seed: 1}",
	}.yaml()
}
