package algorithms

import (
	"time"

	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:     "least_response_time",
		Aliases:  []string{"least_time", "lrt"},
		Title:    "Least response time",
		Summary:  "The endpoint with the least average response time x (in_flight + 1) / weight, the average rounded up to steps of 20 ms.",
		Use:      "A few endpoints of lastingly different speed.",
		Avoid:    "Large pools (it looks at all of them), services much faster than a step, where it is least connections with unweighted ties, and endpoints that come and go: see cold.",
		Cost:     "O(n): NGINX's rule, whose averages also change by the mere passing of time",
		Source:   "NGINX ngx_http_upstream_least_time_module.c (1.31), without its inflight option",
		Weighted: true,
		Params: []Param{
			{Name: "metric", Type: Word, Default: "last_byte", Words: []string{"header", "last_byte"},
				Doc: "the time that is averaged: to the first byte of the response, or to the last"},
			{Name: "cold", Type: Word, Default: "zero", Words: []string{"zero", "mean", "fixed"},
				Doc: "what an endpoint without a sample counts for: zero, the lowest step, so that it draws all traffic until its first answer (NGINX); the mean of the others, so that it is met like them (ingress-nginx); or cold_rtt"},
			{Name: "cold_rtt", Type: Duration, Default: "100ms", Doc: "the average of an endpoint without a sample, with cold: fixed"},
			{Name: "fail_timeout", Type: Duration, Default: "10s",
				Doc: "an average is halved for each time this long that the endpoint was not picked, so that a slow one is tried again; whole seconds, as NGINX's"},
			{Name: "step", Type: Duration, Default: "20ms", Doc: "averages within one step are equal; whole milliseconds"},
		},
		New: newLeastResponseTime,
	})
}

// leastResponseTime is NGINX's least_time. Times are whole milliseconds. A
// successful answer of time v gives
//
//	avg := v                                      if avg is 0
//	avg := floor(0.5 + 0.05 v + 0.95 avg)         otherwise
//
// and a pick takes the least e/weight with
//
//	rt := avg >> a          a: elapsed / (fail_timeout + 1) in seconds since checked,
//	                        when that is longer ago than fail_timeout
//	rt := rt > 5000 ? 5000 : rt + step - rt mod step
//	e  := rt (1 + in_flight)
//
// checked moves to now when a member is picked later than fail_timeout after it,
// and on a failed answer. Equals take turns by smooth weighted round robin among
// themselves.
type leastResponseTime struct {
	who     tenants
	members []responseTime
	header  bool
	cold    string
	coldRTT int64 // ms
	timeout int64 // s
	step    int64 // ms
}

type responseTime struct {
	average  int64 // ms
	checked  int64 // s
	turn     float64
	estimate float64 // of the pick under way
	measured bool
}

const slowestMS = 5000 // beyond this all are equally bad

func newLeastResponseTime(v Values, _ random.Source) (Picker, error) {
	return &leastResponseTime{
		header:  v.Text("metric") == "header",
		cold:    v.Text("cold"),
		coldRTT: v.Duration("cold_rtt").Milliseconds(),
		timeout: int64(v.Duration("fail_timeout") / time.Second),
		step:    max(1, v.Duration("step").Milliseconds()),
	}, nil
}

func (p *leastResponseTime) Rebuilt(s *Set) {
	p.who.update(s, func(slot int32) {
		if int(slot) == len(p.members) {
			p.members = append(p.members, responseTime{})
		}
		p.members[slot] = responseTime{}
	})
}

func (p *leastResponseTime) Changed(*Set, int32, Change) {}

// Observe averages the time of a successful answer.
func (p *leastResponseTime) Observe(now clock.Time, _ *Set, slot int32, o Observation) {
	if o.Kind != Answer {
		return
	}
	m := &p.members[slot]
	if o.Failed {
		m.checked = wholeSeconds(now)
		return
	}
	d := o.Latency
	if p.header && o.FirstByte > 0 {
		d = o.FirstByte
	}
	v := d.Milliseconds()
	if m.average == 0 {
		m.average = v
	} else {
		m.average = int64(0.5 + float64(0.05*float64(v)) + float64(0.95*float64(m.average)))
	}
	m.measured = true
}

func wholeSeconds(t clock.Time) int64 { return int64(t) / int64(time.Second) }

func (p *leastResponseTime) Pick(now clock.Time, s *Set, r *Request) int32 {
	at := wholeSeconds(now)
	cold := p.coldAverage(s)
	avoid := r.Tried.Len() > 0 && r.Tried.Untried(s)
	best, many := int32(-1), false
	for _, slot := range s.Ready {
		if avoid && r.Tried.Has(slot) {
			continue
		}
		m := &p.members[slot]
		m.estimate = p.estimate(m, at, cold, s.InFlight[slot])
		switch {
		case best < 0 || less(s, p, slot, best):
			best, many = slot, false
		case !less(s, p, best, slot):
			many = true
		}
	}
	if many {
		best = p.turn(s, r, avoid, best)
	}
	if m := &p.members[best]; at-m.checked > p.timeout {
		m.checked = at
	}
	return best
}

// less compares estimate / weight, multiplied out.
func less(s *Set, p *leastResponseTime, a, b int32) bool {
	return float64(p.members[a].estimate*s.Weight[b]) < float64(p.members[b].estimate*s.Weight[a])
}

func (p *leastResponseTime) estimate(m *responseTime, at, cold int64, inFlight int32) float64 {
	rt := m.average
	if !m.measured {
		rt = cold
	} else if idle := at - m.checked; idle > p.timeout {
		rt >>= min(idle/(p.timeout+1), 63)
	}
	if rt > slowestMS {
		rt = slowestMS
	} else {
		rt += p.step - rt%p.step
	}
	return float64(rt) * float64(1+inFlight)
}

// coldAverage returns the average that a member without a sample counts for.
func (p *leastResponseTime) coldAverage(s *Set) int64 {
	switch p.cold {
	case "fixed":
		return p.coldRTT
	case "mean":
		sum, n := int64(0), int64(0)
		for _, slot := range s.Ready {
			if m := &p.members[slot]; m.measured {
				sum += m.average
				n++
			}
		}
		if n > 0 {
			return sum / n
		}
	}
	return 0
}

// turn picks among the members that are as good as first, the lowest of them.
func (p *leastResponseTime) turn(s *Set, r *Request, avoid bool, first int32) int32 {
	best, total := first, 0.0
	for _, slot := range s.Ready {
		if slot < first || avoid && r.Tried.Has(slot) || less(s, p, first, slot) || less(s, p, slot, first) {
			continue
		}
		m := &p.members[slot]
		m.turn += s.Weight[slot]
		total += s.Weight[slot]
		if m.turn > p.members[best].turn {
			best = slot
		}
	}
	p.members[best].turn -= total
	return best
}
