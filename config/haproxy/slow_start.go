package haproxy

import (
	"fmt"
	"slices"
	"strings"

	"lbsim/algorithms"
	"lbsim/balancer"
)

// slowStart reads slowstart of servers. HAProxy lets rise who comes back after a failure.
func (r *reading) slowStart(p *proxy, path string, choice document, checked bool) document {
	a, has := r.common(p, "slowstart", "all endpoints of a pool start alike")
	if !has {
		return nil
	}
	window, ok := r.time(a)
	if !ok || window == 0 {
		return nil
	}
	if !checked {
		r.remarkWord(a.line, a.at, 1, "without checks no server comes back")
		return nil
	}
	if !ramps(choice) {
		r.remarkWord(a.line, a.at, 1, "the algorithm does not follow weights that change")
		return nil
	}
	r.put(path+".slow_start", a.line.place(a.at))
	return document{"window": span(window), "profile": "haproxy"}
}

// ramps reports whether an algorithm can start endpoints slowly.
func ramps(choice document) bool {
	var params []string
	for k, v := range choice {
		if k != "name" {
			params = append(params, fmt.Sprintf("%s=%v", k, v))
		}
	}
	slices.Sort(params)
	c, err := algorithms.Parse(fmt.Sprint(choice["name"], ":", strings.Join(params, ",")))
	return err == nil && balancer.Ramps(c)
}
