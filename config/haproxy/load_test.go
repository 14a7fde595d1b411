package haproxy_test

import (
	"fmt"
	"io"
	"math"
	"testing"

	"lbsim/balancer"
	"lbsim/random"
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
			const requests = 150
			holds := map[string]chan struct{}{}
			for i := range requests {
				holds[fmt.Sprint(i)] = make(chan struct{})
			}
			r := start(t, "    balance leastconn\n"+servers, holds)
			type open struct {
				request *balancer.Request
				ticket  balancer.Ticket
				body    io.ReadCloser
				hold    string
			}
			var running []open
			rnd := random.New(1, "held", 0)
			end := func(i int) {
				x := running[i]
				running = append(running[:i], running[i+1:]...)
				close(holds[x.hold])
				r.drain(x.body)
				r.lb.Finish(0, x.request, x.ticket, balancer.OK)
			}
			var got, want []string
			for i := range requests {
				q := query{hold: fmt.Sprint(i)}
				name, x, ticket := r.expect(q)
				who, body := r.ask(q)
				got, want = append(got, who), append(want, name)
				running = append(running, open{x, ticket, body, q.hold})
				if len(running) > 30 || len(running) > 1 && rnd.IntN(3) == 0 {
					end(rnd.IntN(len(running)))
				}
			}
			for len(running) > 0 {
				end(0)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("HAProxy picks\n%v, lbsim\n%v", got, want)
			}
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
				name, x, ticket := r.expect(query{})
				want[name]++
				r.lb.Finish(0, x, ticket, balancer.OK)
			}
			for range requests {
				who, body := r.ask(query{})
				r.drain(body)
				got[who]++
			}
			chi := 0.0
			for _, name := range r.names {
				d := math.Sqrt(float64(predicted)/requests)*got[name] - math.Sqrt(float64(requests)/predicted)*want[name]
				chi += d * d / (got[name] + want[name])
			}
			d, x := float64(len(r.names)-1), 20.8
			if limit := d + 2*math.Sqrt(d*x) + 2*x; chi > limit {
				t.Errorf("chi-squared %.1f is beyond %.1f: HAProxy %v of %d, lbsim %v of %d", chi, limit, got, requests, want, predicted)
			}
		})
	}
}
