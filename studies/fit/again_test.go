package fit

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"lbsim/sim"
	"lbsim/sim/histogram"
)

// shop has two classes whose service times are mixed in its servers' queues.
var shop = world{
	arrivals: "{process: poisson, rate: 300/s}",
	classes: `[{name: get-items, share: 80%, service: {dist: exponential, mean: 8ms}},
    {name: post-orders, share: 20%, service: {dist: lognormal, mean: 30ms, cv: 1.2}, method: POST}]`,
	servers: 8, workers: 1, duration: "240s",
	rest: "  keys: {dist: zipf, count: 500, exponent: 0.9}\n  clients: {count: 300}\n",
}

// Two classes come back from NGINX's log, whose clock has milliseconds, and what is simulated
// of them takes as long as what was logged: median and 99th percentile are within 5%.
func TestTwoClasses(t *testing.T) {
	all, names := shop.requests(t, 3)
	r := fitted(t, nginxLog(all, names))
	for i, want := range []struct {
		name, method, path, dist string
		share                    float64
		law                      []known
	}{
		{"get-items", "GET", "/items", "exponential", 0.8, []known{{"mean", 0, 0.008}}},
		{"post-orders", "POST", "/orders", "lognormal", 0.2, []known{{"mean", 0, 0.03}, {"cv", 0, 1.2}}},
	} {
		c := &r.Classes[i]
		if c.Name != want.name || c.Method != want.method || c.Path != want.path || c.Service.Law.Dist != want.dist {
			t.Errorf("%s %s %s %s, want %+v", c.Name, c.Method, c.Path, c.Service.Law.Dist, want)
		}
		holds(t, []Parameter{c.Share}, known{"share", 0, want.share})
		for _, k := range want.law {
			holds(t, c.Service.Law.Parameters, k)
		}
	}
	again := resimulated(t, r, 99)
	log := timesOf(all)
	for _, p := range []float64{0.5, 0.99} {
		got, want := again.Quantile(p), log.Quantile(p)
		if math.Abs(got-want) > 0.05*want {
			t.Errorf("p%g: %v, want %v", p*100, got, want)
		}
	}
}

// resimulated runs the fitted workload in the world that the log is of.
func resimulated(t *testing.T, r *Result, seed uint64) *histogram.Histogram {
	t.Helper()
	text := shop.text()
	servers := text[strings.Index(text, "servers:"):]
	var out bytes.Buffer
	for _, p := range r.workload() {
		out.WriteString("  " + p.Key + ": ")
		b, err := json.Marshal(p.Value)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
		out.WriteByte('\n')
	}
	all, _ := requests(t, "name: again\nworkload:\n"+out.String()+servers, seed)
	return timesOf(all)
}

func timesOf(all []sim.Record) *histogram.Histogram {
	h := &histogram.Histogram{}
	for i := range all {
		h.Record(time.Duration(all[i].Latency))
	}
	return h
}

// Popularity comes back within its error, where all keys were seen and where most were not.
func TestKeys(t *testing.T) {
	for _, c := range []struct {
		keys string
		want []known
	}{
		{"{dist: zipf, count: 500, exponent: 0.9}", []known{{"count", 0, 500}, {"exponent", 0, 0.9}}},
		{"{dist: zipf, count: 100000, exponent: 1.1}", []known{{"count", 0, 100_000}, {"exponent", 0, 1.1}}},
		{"{dist: uniform, count: 300}", []known{{"count", 0, 300}}},
	} {
		w := world{arrivals: "{process: poisson, rate: 400/s}", service: "5ms", servers: 8, duration: "60s", rest: "  keys: " + c.keys + "\n"}
		all, names := w.requests(t, 5)
		r := fitted(t, csvLog(all, names))
		if r.Keys == nil || !strings.Contains(c.keys, r.Keys.Dist) {
			t.Errorf("%s: %+v", c.keys, r.Keys)
			continue
		}
		for _, k := range c.want {
			holds(t, r.Keys.Parameters, k)
		}
	}
}
