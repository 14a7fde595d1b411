package haproxy_test

import (
	"math"
	"testing"

	"lbsim/balancer"
	"lbsim/config/foreign/parity"
)

// Requests that are held and let go, by leastconn: the same picks, and the same with weights.
func TestLeastconnAsHAProxy(t *testing.T) {
	if !installed(t) {
		return
	}
	for _, servers := range []string{
		"    server a {a}\n    server b {b}\n    server c {c}\n",
		"    server a {a} weight 1\n    server b {b} weight 2\n    server c {c} weight 3\n    server d {d} weight 7\n",
		"    server a {a} weight 10\n    server b {b} weight 256\n    server c {c} weight 100\n",
	} {
		t.Run(servers, func(t *testing.T) {
			t.Parallel()
			held := parity.Holds(150)
			start(t, "    balance leastconn\n"+servers, held).Held(held, 30)
		})
	}
}

// HAProxy draws at random, so what it picks is held against what lbsim picks in distribution:
// by the chi-squared statistic of two samples. With k servers it has k - 1 degrees of
// freedom, so by Laurent & Massart (Ann. Statist. 28, 2000, lemma 1)
//
//	P(X >= d + 2 sqrt(d x) + 2 x) <= exp(-x),	d = k - 1
//
// and x = 20.8 is a bound of 10^-9 on that the test fails by chance.
func TestRandomAsHAProxy(t *testing.T) {
	if !installed(t) {
		return
	}
	const requests, predicted = 1000, 300_000
	for _, c := range []struct{ balance, servers string }{
		{"random(1)", "    server a {a}\n    server b {b}\n    server c {c}\n    server d {d}\n"},
		{"random(1)", "    server a {a} weight 1\n    server b {b} weight 3\n    server c {c} weight 8\n"},
		{"random", "    server a {a}\n    server b {b}\n    server c {c}\n    server d {d}\n"},
		{"random(3)", "    server a {a} weight 5\n    server b {b} weight 3\n    server c {c}\n"},
	} {
		t.Run(c.balance, func(t *testing.T) {
			t.Parallel()
			r := start(t, "    balance "+c.balance+"\n"+c.servers, nil)
			want, got := map[string]float64{}, map[string]float64{}
			for range predicted {
				name, x, ticket := r.Expect(parity.Query{})
				want[name]++
				r.LB.Finish(0, x, ticket, balancer.OK)
			}
			for range requests {
				who, body := r.Ask(parity.Query{})
				r.Drain(body)
				got[who]++
			}
			chi := 0.0
			for _, name := range r.Names {
				d := math.Sqrt(float64(predicted)/requests)*got[name] - math.Sqrt(float64(requests)/predicted)*want[name]
				chi += d * d / (got[name] + want[name])
			}
			d, x := float64(len(r.Names)-1), 20.8
			if limit := d + 2*math.Sqrt(d*x) + 2*x; chi > limit {
				t.Errorf("chi-squared %.1f is beyond %.1f: HAProxy %v of %d, lbsim %v of %d", chi, limit, got, requests, want, predicted)
			}
		})
	}
}
