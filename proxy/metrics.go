package proxy

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"lbsim/balancer"
	"lbsim/config"
)

// metrics is what Prometheus is told. Counters of a server are found once, when it comes.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec   // nil where there are connections
	latency  *prometheus.HistogramVec // nil where there are connections
	whole    *wholeMetrics            // nil where there are requests
	retries  *prometheus.CounterVec
	rejected *prometheus.CounterVec
	events   *prometheus.CounterVec
	reloads  *prometheus.CounterVec
	hedges   *prometheus.CounterVec
	mirrored *prometheus.CounterVec
	firewall *prometheus.CounterVec
}

// buckets are from 1 ms to 16 s by powers of two, 500 µs below, and the limits of the
// objectives, so that on which side of those a quantile is does not hang on interpolation.
func buckets(slo []config.Objective) []float64 {
	bounds := prometheus.ExponentialBuckets(0.0005, 2, 16)
	for _, o := range slo {
		if _, ok := o.Quantile(); ok && !slices.Contains(bounds, o.Limit) {
			bounds = append(bounds, o.Limit)
		}
	}
	slices.Sort(bounds)
	return bounds
}

func newMetrics(layer balancer.Layer, slo []config.Objective) *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	if layer == balancer.L4 {
		m.whole = newWholeMetrics(m)
	} else {
		m.requests = m.counter("requests_total", "Requests that were answered by a server, by the class of the status that the client saw.", "pool", "server", "class")
		m.latency = m.histogram("request_duration_seconds", "From the header of a request to the end of its answer, retries included.", buckets(slo))
		m.hedges = m.counter("hedges_total", "Copies of requests beside the first attempt: sent, and of those won, whose answer the client got.", "pool", "result")
		m.mirrored = m.counter("mirrored_total", "Copies for a mirror: sent, dropped because too many are under way, or not_copied because the body is not at hand.", "pool", "result")
		m.firewall = m.counter("firewall_total", "Requests that the firewall refused, or detected where it may not refuse.", "action")
	}
	m.retries = m.counter("retries_total", "Further attempts of requests, or connections.", "pool")
	m.rejected = m.counter("rejected_total", "Requests, or connections, that no server was asked for, or whose waiting came to nothing.", "reason")
	m.events = m.counter("events_total", "What happened to servers: up, down, ejected, restored, draining and so on.", "pool", "server", "event")
	m.reloads = m.counter("reloads_total", "Reloads of the configuration, done or refused.", "result")
	for _, result := range []string{"done", "refused"} { // so that the first is an increase
		m.reloads.WithLabelValues(result)
	}
	for reason := range balancer.Reasons {
		if balancer.Reason(reason) != balancer.NoReason {
			m.rejected.WithLabelValues(balancer.Reason(reason).String())
		}
	}
	up := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "lbsim", Name: "up", Help: "1: it is a proxy of lbsim, whose processor time and files process_… tell."})
	up.Set(1)
	m.registry.MustRegister(up)
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) counter(name, help string, labels ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "lbsim", Name: name, Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

// histogram is one of times, by pool and server.
func (m *metrics) histogram(name, help string, buckets []float64) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "lbsim", Name: name, Buckets: buckets, Help: help}, []string{"pool", "server"})
	m.registry.MustRegister(v)
	return v
}

// serverCounts is the counters of a server.
type serverCounts struct {
	classes [6]prometheus.Counter // by the first digit of the status
	latency prometheus.Observer
	whole   *wholeCounts
}

// server returns the counters of a server; the same as ever where it was there before.
func (m *metrics) server(pool, server string) *serverCounts {
	if m.whole != nil {
		return &serverCounts{whole: m.whole.server(pool, server)}
	}
	c := &serverCounts{latency: m.latency.WithLabelValues(pool, server)}
	for i, class := range []string{"other", "1xx", "2xx", "3xx", "4xx", "5xx"} {
		c.classes[i] = m.requests.WithLabelValues(pool, server, class)
	}
	return c
}

// watch lets a scrape ask the balancer about its servers.
func (m *metrics) watch(g *Guard, s *settings) {
	var pools []string
	for _, p := range s.balancer.Pools {
		pools = append(pools, p.Name)
	}
	m.registry.MustRegister(&watcher{guard: g, pools: pools})
}

// watcher is a collector of what is so at the moment of a scrape.
type watcher struct {
	guard *Guard
	pools []string
}

var (
	inFlight = prometheus.NewDesc("lbsim_in_flight", "Attempts under way.", []string{"pool", "server"}, nil)
	ready    = prometheus.NewDesc("lbsim_ready", "Whether a server may be picked.", []string{"pool", "server"}, nil)
	ejected  = prometheus.NewDesc("lbsim_ejected", "Whether the answers of a server were too bad.", []string{"pool", "server"}, nil)
)

// Describe implements prometheus.Collector.
func (w *watcher) Describe(c chan<- *prometheus.Desc) {
	c <- inFlight
	c <- ready
	c <- ejected
}

// Collect implements prometheus.Collector.
func (w *watcher) Collect(c chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, x float64, labels ...string) {
		c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, x, labels...)
	}
	for i, pool := range w.pools {
		for _, s := range w.guard.servers(balancer.PoolID(i)) {
			gauge(inFlight, float64(s.InFlight), pool, s.Name)
			gauge(ready, truth(s.Ready), pool, s.Name)
			gauge(ejected, truth(slices.Contains(s.Against, "ejected")), pool, s.Name)
		}
	}
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
