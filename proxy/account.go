package proxy

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"lbsim/balancer"
)

// account counts a request that is over, and writes its line.
func (p *Proxy) account(x *exchange, r *http.Request) {
	took := time.Since(x.began)
	if x.endpoint != nil && x.reason == balancer.NoReason {
		x.endpoint.counts.classes[min(x.status/100, 5)].Inc()
		x.endpoint.counts.latency.Observe(took.Seconds())
	}
	x.countDecision()
	if p.access == nil {
		return
	}
	line := []slog.Attr{
		slog.String("client", x.request.Client.String()), slog.String("method", r.Method), slog.String("host", r.Host), slog.String("path", r.URL.Path),
		slog.String("protocol", r.Proto), slog.Int("status", x.status), slog.Int64("bytes", x.sent), slog.Float64("seconds", took.Seconds()),
	}
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		line = append(line, slog.String("client_certificate", r.TLS.PeerCertificates[0].Subject.String()))
	}
	line = x.appendDecision(line, x.status < 500)
	p.access.LogAttrs(context.Background(), slog.LevelInfo, "request", line...)
}

// countDecision counts attempts and rejections.
func (x *exchange) countDecision() {
	if x.endpoint != nil && x.attempts > 1 {
		x.proxy.metrics.retries.WithLabelValues(x.endpoint.pool).Add(float64(x.attempts - 1))
	}
	if x.reason != balancer.NoReason {
		x.proxy.metrics.rejected.WithLabelValues(x.reason.String()).Inc()
	}
}

// appendDecision appends what the balancer decided, and what it met. settled says that in
// the end it came to something.
func (x *exchange) appendDecision(line []slog.Attr, settled bool) []slog.Attr {
	line = append(line, slog.Int("attempts", x.attempts))
	if pool := int(x.request.Pool); x.reason != balancer.NoRoute && pool < len(x.settings.balancer.Pools) {
		line = append(line, slog.String("pool", x.settings.balancer.Pools[pool].Name), slog.String("algorithm", x.settings.balancer.Pools[pool].Algorithm.String()))
	}
	if x.endpoint != nil {
		line = append(line, slog.String("server", x.endpoint.name))
	}
	if x.reason != balancer.NoReason {
		line = append(line, slog.String("reason", x.reason.String()))
	}
	if x.rule != 0 {
		line = append(line, slog.Int("firewall_rule", x.rule))
	}
	if x.failure != nil {
		what := "error"
		if x.attempts > 1 && settled {
			what = "retried_after"
		}
		line = append(line, slog.String(what, x.failure.Error()))
	}
	return line
}
