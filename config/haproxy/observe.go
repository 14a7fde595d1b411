package haproxy

import "time"

// observed reads observe layer7 with on-error mark-down: so many errors in a row, of requests,
// take a server down until as many checks have passed as bring one up. It is an ejection of
// that length. Errors of other kinds, and what else may follow of them, are listed.
func (r *reading) observed(p *proxy, active document, path string) document {
	const usualErrors = 10 // error-limit, HAProxy's configuration manual
	watch, watched := r.common(p, "observe", "all endpoints of a pool are watched alike")
	action, acts := r.common(p, "on-error", "all endpoints of a pool are watched alike")
	limit, bounded := r.common(p, "error-limit", "all endpoints of a pool are watched alike")
	why := ""
	switch {
	case !watched && (acts || bounded):
		why = "without observe nobody counts errors"
	case !watched:
		return nil
	case active == nil:
		why = "the server is not checked, and what goes down by its errors comes up by checks: say check"
	case watch.text == "layer4":
		why = "passive checks here count statuses of 5xx, too: say observe layer7, or rely on checks"
	case watch.text != "layer7":
		r.fail(watch.line.place(watch.at+1), "observe %s: must be layer4 or layer7", quoted(watch.text))
		return nil
	case !acts || action.text != "mark-down":
		why = "errors of requests do not count as failed checks, and hurry none: on-error mark-down is simulated"
	}
	if acts && !contains([]string{"fastinter", "fail-check", "sudden-death", "mark-down"}, action.text) {
		r.fail(action.line.place(action.at+1), "on-error %s: must be fastinter, fail-check, sudden-death or mark-down", quoted(action.text))
		return nil
	}
	if why != "" {
		for _, a := range []argument{watch, action, limit} {
			if a.line != nil {
				r.remarkWord(a.line, a.at, 1, why)
			}
		}
		return nil
	}
	errors := usualErrors
	if bounded {
		if n, ok := r.number(limit, 1, 1_000_000); ok {
			errors = n
		}
		r.put(path+".consecutive_failures", limit.line.place(limit.at))
	}
	r.put(path, watch.line.place(watch.at))
	return ejection(active, errors)
}

// ejection is how long it takes until checks bring a server up again: rise times the interval
// while it is down.
func ejection(active document, errors int) document {
	interval := usualInterval
	for _, key := range []string{"interval", "down_interval"} {
		if text, given := active[key].(string); given {
			if d, err := time.ParseDuration(text); err == nil {
				interval = d
			}
		}
	}
	rise := 2
	if n, given := active["healthy"].(int); given {
		rise = n
	}
	down := span(time.Duration(rise) * interval)
	return document{"consecutive_failures": errors, "interval": span(interval), "ejection_time": down, "max_ejection_time": down,
		"max_ejected": 1, "restore_on_check": false}
}
