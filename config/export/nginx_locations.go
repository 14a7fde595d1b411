package export

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lbsim/balancer"
	"lbsim/config"
)

// nginxServer writes the server of a host.
func (w *writer) nginxServer(host string) {
	w.line("    server {")
	if host == "" {
		w.line("        listen %s default_server;", strings.TrimPrefix(w.listenAt(), ":"))
	} else {
		w.line("        listen %s;", strings.TrimPrefix(w.listenAt(), ":"))
		w.line("        server_name %s;", host)
	}
	var taken []string
	for _, r := range w.routesOf(host) {
		w.loseRoute(&r)
		m := &r.Match
		if m.Method != "" || len(m.Headers) > 0 {
			w.lose("routes."+r.Title(), "NGINX's locations know paths: no rule is written for methods and headers")
			continue
		}
		var places []string
		switch prefix := strings.TrimSuffix(m.PathPrefix, "/"); {
		case m.Path != "":
			places = []string{"= " + m.Path}
		case m.PathBegins != "":
			places = []string{m.PathBegins}
		case prefix != "":
			places = []string{"= " + prefix, prefix + "/"}
		default:
			places = []string{"/"}
		}
		for _, place := range places {
			if !slices.Contains(taken, place) {
				taken = append(taken, place)
				w.nginxLocation(place, &r)
			}
		}
	}
	if !slices.Contains(taken, "/") {
		w.line("        location / { return 404; }")
	}
	w.line("    }")
}

// nginxLocation writes where requests go and how they are tried again.
func (w *writer) nginxLocation(place string, r *config.Route) {
	w.line("        location %s {", place)
	to := r.Pool
	if to == "" {
		to = "$" + w.splitName(r)
	}
	pools := []string{r.Pool}
	for _, s := range r.Split {
		pools = append(pools, s.Pool)
	}
	for _, p := range w.b.All() {
		if !slices.Contains(pools, p.Name) {
			continue
		}
		w.nginxRules(&p)
		if r.Pool == "" { // one location has one set of rules: those of the first pool
			w.loseOthers(r, &p)
			break
		}
	}
	w.line("            proxy_pass http://%s;", to)
	w.line("        }")
}

// nginxRules writes what a location says of retries and rates.
func (w *writer) nginxRules(p *config.Pool) {
	if p.Limits != nil {
		for i, r := range p.Limits.Rates {
			text := fmt.Sprintf("            limit_req zone=%s_%d", p.Name, i)
			if r.Burst > 0 {
				text += fmt.Sprintf(" burst=%d", r.Burst)
			}
			switch {
			case r.Delay == balancer.NoDelay:
				text += " nodelay"
			case r.Delay > 0:
				text += fmt.Sprintf(" delay=%d", r.Delay)
			}
			w.line("%s;", text)
		}
		if len(p.Limits.Rates) > 0 {
			w.line("            limit_req_status 429;")
		}
	}
	path := w.path(p, "retries")
	r := p.Retries
	read := w.perTry(p, 0)
	if read == 0 {
		read = 24 * time.Hour
		w.lose(path+".per_try_timeout", "NGINX always has a bound: a day is taken")
	}
	w.line("            proxy_read_timeout %s;", millis(read))
	if r == nil || r.Attempts < 2 {
		w.line("            proxy_next_upstream off;")
		return
	}
	var words []string
	has := func(c string) bool { return slices.Contains(r.Conditions, c) }
	if has("connect_failure") || has("reset") {
		words = append(words, "error")
		if !has("connect_failure") || !has("reset") {
			w.lose(path+".conditions", "error is a failure to connect and a connection that breaks")
		}
	}
	if has("timeout") {
		words = append(words, "timeout")
	}
	for _, status := range []string{"500", "502", "503", "504"} {
		if has(status) || has("5xx") {
			words = append(words, "http_"+status)
		}
	}
	for _, c := range r.Conditions {
		if c == "5xx" || !slices.Contains([]string{"connect_failure", "reset", "timeout", "500", "502", "503", "504"}, c) {
			w.lose(path+".conditions", "of statuses NGINX tries again after 500, 502, 503 and 504")
		}
	}
	switch {
	case r.AnyMethod && sendsAgain(r):
		words = append(words, "non_idempotent")
	case r.AnyMethod:
		w.lose(path+".methods", "error is a connection that breaks, too, after which what is not idempotent is not sent again")
	}
	if len(words) == 0 {
		words = []string{"off"}
	}
	w.line("            proxy_next_upstream %s;", strings.Join(words, " "))
	w.line("            proxy_next_upstream_tries %d;", r.Attempts)
	up := 0
	for _, e := range p.Endpoints {
		if !e.Down {
			up++
		}
	}
	if up > 0 && r.Attempts > up {
		w.lose(path+".attempts", "NGINX tries each server once: there are %d", up)
	}
	if r.Backoff.Connect > 0 {
		w.lose(path+".backoff.connect", "NGINX tries again at once")
	}
	if r.Redispatch != 0 {
		w.lose(path+".redispatch", "NGINX tries the next server")
	}
}
