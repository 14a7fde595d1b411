package envoy

import (
	"strconv"
	"time"
)

// health reads the first active check; Envoy asks for all of them to pass.
func (r *reading) health(c node, pool map[string]any, path string) {
	all := c.get("health_checks").list()
	if len(all) == 0 {
		return
	}
	for _, x := range all[1:] {
		r.remark(x.n, "health_checks", "a second check: Envoy asks for all to pass, lbsim makes the first")
		r.forget(x)
	}
	x := all[0]
	interval := x.get("interval").duration(0)
	check := map[string]any{"interval": seconds(interval), "timeout": seconds(x.get("timeout").duration(0)),
		"unhealthy": x.get("unhealthy_threshold").number(0), "healthy": x.get("healthy_threshold").number(0)}
	at := path + ".health.active"
	r.note(at, x, map[string]string{"interval": "interval", "timeout": "timeout", "unhealthy_threshold": "unhealthy", "healthy_threshold": "healthy"})
	jitter := x.get("interval_jitter_percent").number(0) / 100
	if more := x.get("interval_jitter"); more.here() && interval > 0 {
		jitter += float64(more.duration(0)) / float64(interval)
	}
	if jitter > 0 {
		r.put(check, at, "jitter", min(jitter, 1), x)
	}
	for key, ours := range map[string]string{"unhealthy_interval": "down_interval", "unhealthy_edge_interval": "transition_interval"} {
		if d := x.get(key); d.here() {
			r.put(check, at, ours, seconds(d.duration(time.Second)), d)
		}
	}
	r.asked(x, check, at)
	health, _ := pool["health"].(map[string]any)
	if health == nil {
		health = map[string]any{}
	}
	r.put(health, path+".health", "active", check, x)
	r.put(pool, path, "health", health, x)
}

// asked reads what a check asks for.
func (r *reading) asked(x node, check map[string]any, at string) {
	switch http, grpc := x.get("http_health_check"), x.get("grpc_health_check"); {
	case http.here():
		r.put(check, at, "path", http.get("path").text(), http.get("path"))
		r.expected(http, check, at)
	case grpc.here():
		r.put(check, at, "grpc", true, grpc)
		if service := grpc.get("service_name"); service.text() != "" {
			r.put(check, at, "service", service.text(), service)
		}
	default:
		r.put(check, at, "connect", true, x.get("tcp_health_check"))
	}
}

// expected reads which answers pass: one range here.
func (r *reading) expected(http node, check map[string]any, at string) {
	ranges := http.get("expected_statuses").list()
	if len(ranges) == 0 {
		check["expect"] = "200"
		return
	}
	first, end := ranges[0].get("start"), ranges[0].get("end")
	last := int(end.number(201)) - 1 // it is not in the range
	check["expect"] = first.text() + "-" + strconv.Itoa(last)
	r.cfg.Places[join(at, "expect")] = ranges[0].place()
	for _, more := range ranges[1:] {
		r.remark(more.n, "expected_statuses", "a second range: lbsim looks at the first")
		r.forget(more)
	}
}

// outliers reads passive checks, with Envoy's defaults (outlier_detection.proto).
func (r *reading) outliers(c node, pool map[string]any, path string) {
	x := c.get("outlier_detection")
	if !x.here() {
		return
	}
	passive := map[string]any{
		"interval":      seconds(x.get("interval").duration(10 * time.Second)),
		"ejection_time": seconds(x.get("base_ejection_time").duration(30 * time.Second)),
		"max_ejected":   percent(x.get("max_ejection_percent").number(10)),
		"cap":           "after", "always_one": x.get("always_eject_one_host").truth(false),
		"restore_on_check":     x.get("successful_active_health_check_uneject_host").truth(true),
		"consecutive_failures": 0,
	}
	passive["max_ejection_time"] = seconds(max(x.get("max_ejection_time").duration(300*time.Second), x.get("base_ejection_time").duration(30*time.Second)))
	at := path + ".health.passive"
	r.note(at, x, map[string]string{"interval": "interval", "base_ejection_time": "ejection_time", "max_ejection_percent": "max_ejected", "max_ejection_time": "max_ejection_time", "always_eject_one_host": "always_one"})
	if n := x.get("consecutive_5xx"); x.get("enforcing_consecutive_5xx").number(100) > 0 && n.number(5) > 0 {
		r.put(passive, at, "consecutive_failures", n.number(5), n)
	}
	if x.get("enforcing_success_rate").number(100) > 0 {
		passive["success_rate"] = map[string]any{"hosts": x.get("success_rate_minimum_hosts").number(5),
			"requests": x.get("success_rate_request_volume").number(100), "factor": x.get("success_rate_stdev_factor").number(1900) / 1000}
	}
	if x.get("enforcing_failure_percentage").number(0) > 0 {
		passive["failure_ratio"] = map[string]any{"hosts": x.get("failure_percentage_minimum_hosts").number(5),
			"requests": x.get("failure_percentage_request_volume").number(50), "threshold": x.get("failure_percentage_threshold").number(85) / 100}
	}
	for _, key := range []string{"enforcing_consecutive_5xx", "enforcing_success_rate", "enforcing_failure_percentage"} {
		if v := x.get(key); v.here() && v.number(0) > 0 && v.number(0) < 100 {
			r.remark(v.n, key+": "+v.text(), "a chance in between is not simulated: it is enforced always")
		}
	}
	health, _ := pool["health"].(map[string]any)
	if health == nil {
		health = map[string]any{}
	}
	r.put(health, path+".health", "passive", passive, x)
	r.put(pool, path, "health", health, x)
}
