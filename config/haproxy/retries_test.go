package haproxy_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/config/foreign/parity"
)

// Requests to servers that nobody can connect to: HAProxy counts as many further attempts at
// the same server, and at others, as lbsim makes.
func TestRetriesAsHAProxy(t *testing.T) {
	if !installed(t) {
		return
	}
	for _, lines := range []string{
		"    balance leastconn\n",
		"    balance leastconn\n    option redispatch\n",
		"    balance leastconn\n    option redispatch 2\n    retries 5\n",
		"    balance first\n    option redispatch\n",
		"    balance uri\n    option redispatch\n",
		"    balance uri\n    hash-type consistent\n    option redispatch\n    retries 6\n",
		"    balance uri\n    hash-type consistent\n    option redispatch 2\n    retries 5\n",
		"    balance roundrobin\n",
		"    balance roundrobin\n    option redispatch\n",
		"    balance roundrobin\n    option redispatch\n    retries 1\n",
		"    balance roundrobin\n    retries 0\n",
	} {
		t.Run(lines, func(t *testing.T) {
			t.Parallel()
			nobody, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			dead := nobody.Addr().String()
			if err := nobody.Close(); err != nil {
				t.Fatal(err)
			}
			text := strings.Replace(header, "timeout connect 5s", "timeout connect 20ms", 1)
			text = strings.Replace(text, "    default_backend", "    use_backend counters if { path_beg /counters }\n    default_backend", 1)
			text += lines + fmt.Sprintf("    server a %s\n    server b %s\n    server c %s\n", dead, dead, dead)
			text += "backend counters\n    stats enable\n    stats uri /counters\n"
			p := &parity.Pair{T: t, Product: "HAProxy"}
			run(p, text)
			same, others := retried(p)
			_, body := p.Ask(parity.Query{})
			p.Drain(body)
			got := counters(p, "servers")
			if want := fmt.Sprint(same, " ", others); got["wretr"]+" "+got["wredis"] != want {
				t.Errorf("HAProxy tries again %s times at the same server and %s times at another, lbsim %s", got["wretr"], got["wredis"], want)
			}
		})
	}
}

// retried sends a request that reaches nobody through lbsim's balancer.
func retried(p *parity.Pair) (same, others int) {
	p.T.Helper()
	x := &balancer.Request{ID: 1}
	var now clock.Time
	d := p.LB.Start(now, x)
	for last := d.Ticket.Slot; d.Kind == balancer.Send; last = d.Ticket.Slot {
		if d = p.LB.Finish(now, x, d.Ticket, balancer.Unreachable); d.Kind == balancer.WaitUntil {
			now = d.Ticket.At
			d = p.LB.Start(now, x)
		}
		switch {
		case d.Kind != balancer.Send:
		case d.Ticket.Slot == last:
			same++
		default:
			others++
		}
	}
	return same, others
}

// counters are HAProxy's of a backend, by their names.
func counters(p *parity.Pair, backend string) map[string]string {
	p.T.Helper()
	answer, err := http.Get("http://" + p.Address + "/counters;csv")
	if err != nil {
		p.T.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		p.T.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		p.T.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "# "))).ReadAll()
	if err != nil {
		p.T.Fatal(err)
	}
	for _, row := range rows[1:] {
		if row[0] == backend && row[1] == "BACKEND" {
			all := map[string]string{}
			for i, name := range rows[0] {
				all[name] = row[i]
			}
			return all
		}
	}
	p.T.Fatalf("no row of %s in\n%s", backend, text)
	return nil
}
