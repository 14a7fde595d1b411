package compare

import (
	"fmt"
	"strings"

	"lbsim/config/decode"
	"lbsim/sim"
	"lbsim/studies/result"
	"lbsim/studies/statistics"
	"lbsim/workloads"
)

// judge says of every variant whether its figures may be shown.
func (s *study) judge() {
	s.judged = make([]statistics.Stability, len(s.Variants))
	for v := range s.Variants {
		s.judged[v] = s.load(v).Judge()
	}
}

// load is what the complete replications say about a variant's stability.
func (s *study) load(v int) statistics.Load {
	var o sim.Outcomes
	load := statistics.Load{}
	for _, r := range s.runs[v][:s.complete] {
		for _, c := range r.classes {
			o.Offered += c.Offered
			o.Unfinished += c.Unfinished
		}
		load.Growth = append(load.Growth, r.growth)
		load.Offered += r.all.offeredLoad / float64(s.complete)
	}
	m := s.models[v]
	if m.Varies() || len(m.Acts) > 0 || m.Closed != nil || !m.Stationary {
		load.Growth = nil // growth is what such a world is about, not a sign of overload
	}
	load.Unfinished = float64(o.Unfinished) / float64(max(o.Offered, 1))
	return load
}

// misleads reports whether a variant's figure would mislead: where queues grow or
// too much is unfinished, those about waiting do.
func (s *study) misleads(v int, m Metric) bool {
	return m.steady && s.judged[v] != statistics.Stable
}

// warnings says which of a variant's figures are missing, and why.
func (s *study) warnings(v int, x *result.Variant) []string {
	name := s.Variants[v].Name
	var w []string
	switch {
	case s.judged[v] == statistics.Unstable:
		w = append(w, overloaded(name, x))
	case s.judged[v] == statistics.Unfinished:
		w = append(w, fmt.Sprintf("%s: %s of the requests were unfinished at the end, and those are the slow ones: latencies are not shown; run longer or set run.drain",
			name, percent(float64(x.Requests.Unfinished)/float64(max(x.Requests.Offered, 1)))))
	case x.Requests.Offered == 0:
		w = append(w, name+": no request arrived in the measured time: run longer")
	case !x.Latency.P99.Known() && x.Requests.Completed > 0:
		w = append(w, fmt.Sprintf("%s: too few requests for p99: it takes 10,000 in each replication; run longer", name))
	}
	if s.judged[v] == statistics.Stable {
		for _, text := range []string{clipped(s.models[v].Clients, x), turnedAway(x)} {
			if text != "" {
				w = append(w, name+": "+text)
			}
		}
	}
	if missed := s.imprecise(v); len(missed) > 0 {
		w = append(w, fmt.Sprintf("%s: %d replications are not enough to know %s to %.3g%%",
			name, s.complete, strings.Join(missed, ", "), 100*s.Precision))
	}
	if n := len(s.runs[v][0].servers); n > maxServers {
		w = append(w, fmt.Sprintf("%s: only the first %d of %d servers are listed", name, maxServers, n))
	}
	return w
}

// imprecise lists the metrics that did not reach the precision asked for.
func (s *study) imprecise(v int) []string {
	var missed []string
	for _, m := range s.Metrics[s.leading:] {
		if sample := s.sample(v, m); s.Precision > 0 && len(sample) > 0 && !s.rule().Reached(sample) {
			missed = append(missed, m.String())
		}
	}
	return missed
}

// overloaded says that a variant never comes to a steady state: because more is
// asked than all its servers can do or, when they could, than some get through.
func overloaded(name string, x *result.Variant) string {
	asked := "some servers get more work than they can do"
	if x.OfferedLoad.Known() {
		load := 100 * *x.OfferedLoad.Value
		if load >= 99 {
			asked = fmt.Sprintf("%.0f%% of the servers' capacity is asked for", load)
		} else {
			asked = fmt.Sprintf("%.0f%% of the servers' capacity is asked for, but some get more than they can do", load)
		}
	}
	return name + " is overloaded: " + asked + ", so queues grow for as long as the run lasts and latency has no mean; lower the rate, add servers or share the load differently"
}

const (
	fewErrors   = 0.005 // share of rejected and failed requests up to which latencies speak for all
	fewTimeouts = 0.005 // share of the requests up to which time-outs clip no latency worth mentioning
	alwaysBusy  = 0.995 // utilization from which a server has no idle time to catch up in
)

// clipped says that time-outs cut the latencies off, and whether they are all that
// bounds the queue of a server: then the backlog does not grow, though more is asked
// than the server can do.
func clipped(c *workloads.Clients, x *result.Variant) string {
	share := float64(x.Requests.TimedOut) / float64(max(x.Requests.Offered, 1))
	full := busyThroughout(x)
	if share == 0 || share <= fewTimeouts && full == "" {
		return ""
	}
	var after string
	switch clients := x.Status["499"]; {
	case clients == 0:
		after = " at the balancer (504)"
	case clients < x.Requests.TimedOut:
		after = " at the balancer (504) or at their clients (499)"
	case c.Patience != nil && c.Timeout > 0:
		after = fmt.Sprintf(" after %s or gave up waiting", decode.FormatSeconds(c.Timeout))
	case c.Patience != nil:
		after = " as their clients gave up waiting"
	default:
		after = " after " + decode.FormatSeconds(c.Timeout)
	}
	text := fmt.Sprintf("%s of the requests timed out%s; latencies are those of the requests that were answered", percent(share), after)
	if full != "" {
		text += "; " + full + " busy throughout, and only clients that give up bound the queue"
	}
	return text
}

// turnedAway says that requests were rejected or failed, which makes the latencies
// those of a choice of the requests.
func turnedAway(x *result.Variant) string {
	all := float64(max(x.Requests.Offered, 1))
	rejected, failed := float64(x.Requests.Rejected)/all, float64(x.Requests.Failed)/all
	var what string
	switch {
	case rejected+failed <= fewErrors:
		return ""
	case failed == 0:
		what = percent(rejected) + " of the requests were rejected"
	case rejected == 0:
		what = percent(failed) + " of the requests failed"
	default:
		what = percent(rejected) + " of the requests were rejected and " + percent(failed) + " failed"
	}
	return what + "; latencies are those of the requests that were answered"
}

// percent is a share in two digits, and near all in those that tell it from all.
func percent(share float64) string {
	if share >= 0.995 { // which would be 1e+02
		return fmt.Sprintf("%.4g%%", 100*share)
	}
	return fmt.Sprintf("%.2g%%", 100*share)
}

// busyThroughout names the servers that never rest: "api-1 is", "api-1 and 3 more are".
func busyThroughout(x *result.Variant) string {
	first, n := "", 0
	for _, server := range x.Servers {
		if u := server.Utilization; u.Known() && *u.Value >= alwaysBusy {
			if n++; n == 1 {
				first = server.Name
			}
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return first + " is"
	}
	return fmt.Sprintf("%s and %d more are", first, n-1)
}
