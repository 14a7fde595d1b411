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
			r := &real{t: t}
			r.predict(text)
			r.run(text)
			same, others := r.retried()
			_, body := r.ask(query{})
			r.drain(body)
			got := r.counters("servers")
			if want := fmt.Sprint(same, " ", others); got["wretr"]+" "+got["wredis"] != want {
				t.Errorf("HAProxy tries again %s times at the same server and %s times at another, lbsim %s", got["wretr"], got["wredis"], want)
			}
		})
	}
}

// retried sends a request that reaches nobody through lbsim's balancer.
func (r *real) retried() (same, others int) {
	r.t.Helper()
	x := &balancer.Request{ID: 1}
	var now clock.Time
	d := r.lb.Start(now, x)
	for last := d.Ticket.Slot; d.Kind == balancer.Send; last = d.Ticket.Slot {
		if d = r.lb.Finish(now, x, d.Ticket, balancer.Unreachable); d.Kind == balancer.WaitUntil {
			now = d.Ticket.At
			d = r.lb.Start(now, x)
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
func (r *real) counters(backend string) map[string]string {
	r.t.Helper()
	answer, err := http.Get("http://" + r.address + "/counters;csv")
	if err != nil {
		r.t.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		r.t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "# "))).ReadAll()
	if err != nil {
		r.t.Fatal(err)
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
	r.t.Fatalf("no row of %s in\n%s", backend, text)
	return nil
}
