package charts

import (
	"cmp"
	"slices"
	"strings"

	"lbsim/reports/wording"
	"lbsim/studies/result"
)

// eventLabel is what happened at an instant, in words.
type eventLabel struct {
	at   float64
	text string
	rank int // 0: done to the world, 1: what a balancer, a deploy or an autoscaler did, 2: of less weight
}

// rankOf says how much an event weighs.
func rankOf(e result.Event) int {
	switch e.Kind {
	case "draining", "drained", "drain_over", "undrained":
		return 2
	case "scale_up", "scale_down", "batch", "deployed", "switch":
		return 1
	}
	if e.Detail == result.ByBalancer {
		return 1
	}
	return 0
}

// commonEvents are the events that every variant has: what was done to the world,
// not what one balancer made of it.
func commonEvents(variants []*result.Variant) []result.Event {
	var out []result.Event
	for _, e := range variants[0].Timeline.Events {
		common := len(variants) == 1 || rankOf(e) == 0
		for _, v := range variants[1:] {
			common = common && slices.ContainsFunc(v.Timeline.Events, func(o result.Event) bool {
				return o.At == e.At && o.Kind == e.Kind && o.Server == e.Server
			})
		}
		if common {
			out = append(out, e)
		}
	}
	return out
}

// nearby is the part of a chart's time within which what happens to several servers is one
// event.
const nearby = 0.015

// dotted says what the dotted marks are, if there are any.
func dotted(r *result.Result, events []eventLabel) string {
	if !slices.ContainsFunc(events, func(e eventLabel) bool { return e.rank > 0 }) {
		return ""
	}
	s := "; dotted: what followed"
	if r.Replications > 1 {
		s += ", in the first replication"
	}
	return s
}

// mostScalings is up to how many changes of the number of servers are marked: where
// there are more the curve of the servers says it better.
const mostScalings = 20

// fewScalings leaves changes of the number of servers out where they are too many.
func fewScalings(events []result.Event) []result.Event {
	scaling := func(e result.Event) bool { return e.Kind == "scale_up" || e.Kind == "scale_down" }
	n := 0
	for _, e := range events {
		if scaling(e) {
			n++
		}
	}
	if n <= mostScalings {
		return events
	}
	return slices.DeleteFunc(slices.Clone(events), scaling)
}

// labelled joins the events of one kind that are at most near apart into a label: "crash
// api-1", "down 4 servers", "traffic ×10", "scale api to 8".
func labelled(events []result.Event, near float64) []eventLabel {
	type moment struct {
		result.Event
		servers []string
	}
	var moments []moment
	for _, e := range slices.SortedStableFunc(slices.Values(events), func(a, b result.Event) int { return cmp.Compare(a.At, b.At) }) {
		i := slices.IndexFunc(moments, func(m moment) bool {
			return m.Kind == e.Kind && (m.At == e.At || e.At-m.At <= near && m.Server != "" && e.Server != "")
		})
		if i < 0 {
			i = len(moments)
			moments = append(moments, moment{Event: e})
		}
		if where := cmp.Or(e.Server, e.Pool); !slices.Contains(moments[i].servers, where) {
			moments[i].servers = append(moments[i].servers, where)
		}
	}
	out := make([]eventLabel, len(moments))
	for i, m := range moments {
		out[i] = eventLabel{m.At, wording.Happened(m.Kind, m.servers, m.Detail), rankOf(m.Event)}
		if m.Kind == "scale_up" || m.Kind == "scale_down" { // "api 3→4 (cpu)"
			out[i].text = strings.Replace(m.Detail, " to ", "→", 1)
		}
	}
	return out
}
