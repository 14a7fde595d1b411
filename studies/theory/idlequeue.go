package theory

// IdleQueueMeanResponse is join-idle-queue with one dispatcher and infinitely many
// servers: some server is always idle, so nobody waits and E[T] = 1/μ, at any load
// below 1. At N = 100 the wait still shows: 0.6% at ρ = 0.8, 27% at 0.95. Source:
// Stolyar, Pull-based load distribution in large-scale heterogeneous service
// systems, Queueing Systems 80 (2015).
func IdleQueueMeanResponse(mu float64) float64 { return 1 / mu }

// IdleQueues is join-idle-queue with many dispatchers, in the limit of infinitely
// many: a server that turns idle reports to one dispatcher at random; a dispatcher
// sends to the first idle server in its list or, if the list is empty, to a server
// at random. Service is exponential.
type IdleQueues struct {
	Ratio float64 // servers for each dispatcher
	Rho   float64 // load, in (0, 1)
	Mu    float64
}

// IdleFound is the share x of requests that find an idle server listed. A list of
// length k grows at some rate a and shrinks at rate ρr (its own requests) plus
// kρ(1-x) (listed servers that a request without a list hits, which withdraw). a and
// x follow from the mean length r(1-ρ) and x = P(list not empty). Numeric, to the
// last bits.
func (q IdleQueues) IdleFound() float64 {
	return crossing(func(x float64) bool { return q.nonEmpty(x) > x }, 0, 1)
}

// MeanResponse is 1/(μ(1-ρ(1-x))): a busy server is hit at random at rate λ(1-x).
func (q IdleQueues) MeanResponse() float64 { return q.response(q.IdleFound()) }

func (q IdleQueues) response(found float64) float64 { return 1 / (q.Mu * (1 - q.Rho*(1-found))) }

// MeanResponseWithoutWithdrawal is the closed form for servers that stay on a list
// though a request has reached them: the list is M/M/1, so x = L/(1+L) with
// L = r(1-ρ). About 3% above the truth of the rule with withdrawal. Source: Lu et
// al., Join-Idle-Queue, Performance Evaluation 68 (2011).
func (q IdleQueues) MeanResponseWithoutWithdrawal() float64 {
	length := q.Ratio * (1 - q.Rho)
	return q.response(length / (1 + length))
}

// nonEmpty is P(list not empty) if x of the requests find one.
func (q IdleQueues) nonEmpty(x float64) float64 {
	wished := q.Ratio * (1 - q.Rho)
	high := 1.0
	for {
		if mean, _ := q.list(high, x); mean >= wished {
			break
		}
		high *= 2
	}
	growth := crossing(func(a float64) bool { mean, _ := q.list(a, x); return mean < wished }, 0, high)
	_, some := q.list(growth, x)
	return some
}

// list is the mean length and P(length > 0) of a birth-death chain with birth rate
// growth. Its mean is taken as infinite where it does not settle.
func (q IdleQueues) list(growth, x float64) (mean, some float64) {
	p, sum, lengths := 1.0, 1.0, 0.0
	for k := 1; k < 1_000_000; k++ {
		p *= growth / (q.Rho * (q.Ratio + float64(k)*(1-x)))
		sum += p
		lengths += float64(k) * p
		if sum > 1e100 || lengths/sum > 1e6 {
			return lengths / sum * 1e6, 1
		}
		if p*float64(k) < 1e-17*sum && growth < q.Rho*(q.Ratio+float64(k)*(1-x)) {
			break
		}
	}
	return lengths / sum, (sum - 1) / sum
}
