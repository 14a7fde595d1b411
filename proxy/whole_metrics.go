package proxy

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// wholeMetrics is what Prometheus is told where what is balanced is whole connections, or
// flows.
type wholeMetrics struct {
	ends     *prometheus.CounterVec
	duration *prometheus.HistogramVec
	bytes    *prometheus.CounterVec
	lost     *prometheus.CounterVec // datagrams
}

// longBuckets are from 1 ms to 18 hours by powers of four.
var longBuckets = prometheus.ExponentialBuckets(0.001, 4, 14)

func newWholeMetrics(m *metrics) *wholeMetrics {
	return &wholeMetrics{
		ends:     m.counter("connections_total", "Connections (or flows) that went to a server and have ended, by how.", "pool", "server", "end"),
		duration: m.histogram("connection_duration_seconds", "From when a connection was accepted to its end.", longBuckets),
		bytes:    m.counter("connection_bytes_total", "Bytes of connections: in, from clients to servers, and out.", "pool", "server", "direction"),
		lost:     m.counter("datagrams_dropped_total", "Datagrams that were not passed on: flows (of one too many), early (too many before there was a server), long (the first answer of a flow beyond 4 KiB), not_sent.", "reason"),
	}
}

// wholeCounts is the counters of a server.
type wholeCounts struct {
	ends     [malformed + 1]prometheus.Counter // by conclusion
	duration prometheus.Observer
	in, out  prometheus.Counter // bytes
}

func (m *wholeMetrics) server(pool, server string) *wholeCounts {
	c := &wholeCounts{duration: m.duration.WithLabelValues(pool, server),
		in: m.bytes.WithLabelValues(pool, server, "in"), out: m.bytes.WithLabelValues(pool, server, "out")}
	for how := range c.ends {
		c.ends[how] = m.ends.WithLabelValues(pool, server, conclusion(how).String())
	}
	return c
}

func (c *wholeCounts) ended(how conclusion, took time.Duration) {
	c.ends[how].Inc()
	c.duration.Observe(took.Seconds())
}

// dropped counts a datagram that is not passed on.
func (m *metrics) dropped(reason string) { m.whole.lost.WithLabelValues(reason).Inc() }
