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

// Two classes come back from NGINX's log, whose clock has milliseconds.
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
}

// What is simulated of a fitted workload takes as long as what was logged, in the same world
// with other draws: the median and the 99th percentile are within 5%. The worlds are long
// enough for chance to move those by less.
func TestSimulatedAgain(t *testing.T) {
	for _, c := range []struct {
		name string
		world
		log func([]sim.Record, []string) *bytes.Buffer
	}{
		{"two classes, NGINX", shop, nginxLog},
		{"bursts on several workers", world{arrivals: "{process: bursts, phases: [{rate: 150/s, mean: 2s}, {rate: 500/s, mean: 500ms}]}",
			service: "{dist: lognormal, mean: 20ms, cv: 1}", servers: 3, workers: 8, duration: "300s"}, csvLog},
		{"regular arrivals, two values", world{arrivals: "{process: renewal, rate: 300/s, dist: gamma, cv: 0.5}",
			service: "{dist: bimodal, low: 5ms, high: 60ms, share: 10%}", servers: 6, duration: "240s"}, csvLog},
		{"steps, a law that the language has not", world{arrivals: "{process: steps, steps: [{at: 0s, rate: 200/s}, {at: 120s, rate: 300/s}]}",
			service: "{dist: hyperexponential, phases: [{share: 60%, mean: 1ms}, {share: 30%, mean: 20ms}, {share: 10%, mean: 70ms}]}", servers: 10, duration: "240s"}, csvLog},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			all, names := c.requests(t, 3)
			r := fitted(t, c.log(all, names))
			again, log := resimulated(t, c.world, r, 99), timesOf(all)
			for _, p := range []float64{0.5, 0.99} {
				if got, want := again.Quantile(p), log.Quantile(p); math.Abs(got-want) > 0.05*want {
					t.Errorf("p%g: %v, want %v", p*100, got, want)
				}
			}
		})
	}
}

// resimulated runs the fitted workload in the world that the log is of.
func resimulated(t *testing.T, w world, r *Result, seed uint64) *histogram.Histogram {
	t.Helper()
	text := w.text()
	workload, err := json.Marshal(r.workload())
	if err != nil {
		t.Fatal(err)
	}
	all, _ := requests(t, "name: again\nworkload: "+string(workload)+"\n"+text[strings.Index(text, "servers:"):], seed)
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
