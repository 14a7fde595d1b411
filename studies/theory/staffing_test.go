package theory

import (
	"math"
	"testing"
)

// The table of Halfin and Whitt, as in Gans, Koole & Mandelbaum, Telephone call centers,
// MSOM 5 (2003): β of 0.5 lets half of the requests wait, about.
func TestHalfinWhittWait(t *testing.T) {
	for _, c := range []struct{ beta, wait float64 }{{0.5, 0.5045}, {1, 0.2234}, {2, 0.0269}} {
		// 1/(1 + βΦ/φ) by hand: Φ(1) = 0.841345, φ(1) = 0.241971.
		if got := HalfinWhittWait(c.beta); math.Abs(got-c.wait) > 6e-4 {
			t.Errorf("β %v: %v, want %v", c.beta, got, c.wait)
		}
		if back := SquareRootSurplus(HalfinWhittWait(c.beta)); math.Abs(back-c.beta) > 1e-9 {
			t.Errorf("β %v came back as %v", c.beta, back)
		}
	}
	if !math.IsNaN(SquareRootSurplus(0)) || !math.IsNaN(SquareRootSurplus(1)) {
		t.Error("a chance that is none has a surplus")
	}
}

// With many servers Erlang's C is what the limit says, up to some 1/√c: three of those at
// 10,000.
func TestSquareRootStaffingIsTheLimitOfErlangC(t *testing.T) {
	for _, beta := range []float64{0.3, 1, 2} {
		const servers = 10_000
		// a + β√a = c
		root := (-beta + math.Sqrt(beta*beta+4*servers)) / 2
		if c, limit := ErlangC(servers, root*root), HalfinWhittWait(beta); math.Abs(c/limit-1) > 0.03 {
			t.Errorf("β %v: Erlang's C is %v, the limit %v", beta, c, limit)
		}
	}
}

// Allen and Cunneen's rule is Erlang's where gaps and service are exponential, and
// Pollaczek and Khinchine's mean at one server.
func TestAllenCunneenWhereItIsExact(t *testing.T) {
	m := MMC{C: 3, Lambda: 2, Mu: 1}
	a := AllenCunneen{MMC: m, ArrivalCV2: 1, ServiceCV2: 1}
	if a.MeanResponse() != m.MeanResponse() || a.WaitTail(1.5) != m.WaitTail(1.5) {
		t.Errorf("%v and %v, want %v and %v", a.MeanResponse(), a.WaitTail(1.5), m.MeanResponse(), m.WaitTail(1.5))
	}
	const n = 100_000
	demands := make([]float64, n)
	for i := range demands {
		demands[i] = -math.Log1p(-(float64(i) + 0.5) / n)
	}
	if got, want := a.ResponseTail(4, demands), m.ResponseTail(4); math.Abs(got/want-1) > 1e-3 {
		t.Errorf("P(T > 4) is %v, want %v", got, want)
	}
	law := Lognormal{Mean: 1, CV2: 4}
	one := AllenCunneen{MMC: MMC{C: 1, Lambda: 0.7, Mu: 1}, ArrivalCV2: 1, ServiceCV2: 4}
	if got, want := one.MeanWait(), (MG1{Lambda: 0.7, Service: law}).MeanWait(); math.Abs(got/want-1) > 1e-12 {
		t.Errorf("mean wait %v, want %v", got, want)
	}
	full := AllenCunneen{MMC: MMC{C: 1, Lambda: 1, Mu: 1}, ArrivalCV2: 1, ServiceCV2: 1}
	if full.WaitTail(9) != 1 || full.ResponseTail(9, demands) != 1 {
		t.Error("a full server lets somebody through in time")
	}
}
