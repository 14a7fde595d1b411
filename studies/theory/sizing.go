package theory

import "math"

// ServersForWait is the smallest c with P(W > tau) ≤ 1-q when the servers share one
// queue (M/M/c). lambda, mu > 0, tau ≥ 0, 0 ≤ q < 1. O(c log c).
func ServersForWait(lambda, mu, tau, q float64) int {
	least := int(lambda/mu) + 1
	return smallest(least, func(c int) bool {
		return MMC{C: c, Lambda: lambda, Mu: mu}.WaitTail(tau) <= 1-q
	})
}

// ServersForRandomSplit is the smallest n for which the q-quantile of T is at most
// tau when requests are dealt at random over n servers (n times M/M/1):
// -ln(1-q)/(μ - λ/n) ≤ tau. 0 where even an idle server is too slow.
func ServersForRandomSplit(lambda, mu, tau, q float64) int {
	if -math.Log1p(-q)/mu >= tau {
		return 0
	}
	return smallest(1, func(n int) bool {
		return MM1{Lambda: lambda / float64(n), Mu: mu}.ResponseQuantile(q) <= tau
	})
}

// ServersForLoss is the smallest c whose Erlang-B loss at a Erlangs is at most loss,
// in (0, 1].
func ServersForLoss(a, loss float64) int {
	return smallest(0, func(c int) bool { return ErlangB(c, a) <= loss })
}
