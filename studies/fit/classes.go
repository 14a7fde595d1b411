package fit

import (
	"fmt"
	"math"
)

// classes makes classes of the paths and fits the service times of each.
func (s *study) classes() ([]Class, Source) {
	in := s.in
	n := s.summary.Requests
	most, crowd := s.Classes, s.Crowd
	if most == 0 {
		most = DefaultClasses
	}
	if crowd == 0 {
		crowd = DefaultCrowd
	}
	kinds, of := in.paths.kinds(most, crowdOf{clients: crowd, requests: max(leastCrowdRequests, int(leastShare*float64(n))), known: in.people.requests > 0})
	source, times := s.source(len(kinds), of)
	var out []Class
	for i, k := range kinds {
		share := float64(k.requests) / float64(n)
		c := Class{Name: k.name, Method: k.method, Path: k.path, Requests: k.requests, Share: estimated("share", share, math.Sqrt(share*(1-share)/float64(n)))}
		if len(times[i]) > 0 {
			fitted := service(times[i], s.fineness())
			c.Service = &fitted
		}
		out = append(out, c)
	}
	return out, source
}

// leastUsed is the share of the requests that must show their service time.
const leastUsed = 0.01

// source says where service times come from, and sorts them by class. Where too few requests
// show theirs, responses are taken, queues and all.
func (s *study) source(classes int, of []int) (Source, [][]float64) {
	in, w := s.in, &s.in.working
	src := Source{Of: in.timed, Used: in.sample.seen}
	kept := &in.sample
	switch {
	case w.told > 0:
		src.Kind, src.Of, src.Text = "service", s.summary.Requests, "the log has service times"
	case in.timed == 0:
		src.Kind, src.Text = "none", "the log has no durations: there are no service times to fit"
	case float64(in.sample.seen) < leastUsed*float64(in.timed) || w.given > 0 && float64(w.impossible) > 0.01*float64(w.timed):
		src.Kind, src.Used, src.Text = "response", in.timed, s.uncorrected()
		kept = &in.answers
	case w.given > 0:
		src.Kind, src.Text = "inverted", fmt.Sprintf("responses without the wait for one of the %d workers of a server that serves first in, first out", w.given)
	default:
		src.Kind = "free_worker"
		src.Text = fmt.Sprintf("responses of requests that found a free worker: fewer than %d in flight at their server, as many as it must have at least if it serves first in, first out", max(1, w.workers))
	}
	return src, sorted(kept.kept, classes, of)
}

// sorted takes the times of each class apart, at most so many, from all of the sample.
func sorted(sample []timed, classes int, of []int) [][]float64 {
	times, seen := make([][]float64, classes), make([]int, classes)
	for _, t := range sample {
		seen[of[t.template]]++
	}
	met := make([]int, classes)
	for _, t := range sample {
		i := of[t.template]
		if every := (seen[i] + mostSample - 1) / mostSample; met[i]%every == 0 {
			times[i] = append(times[i], float64(t.service)/1e9)
		}
		met[i]++
	}
	return times
}

// uncorrected says why responses are not corrected for queueing.
func (s *study) uncorrected() string {
	w := &s.in.working
	text := "responses as they are, the wait in a server's queue included: not corrected, because "
	switch {
	case len(w.all) == 0:
		text += "the log does not name servers"
	case w.blurred:
		text += "the log's clock is too coarse to tell which requests were there at once"
	case w.given > 0:
		text += fmt.Sprintf("%d of %d requests were over before %d workers could have begun them", w.impossible, w.timed, w.given)
	default:
		text += "too few requests found a free worker"
	}
	return text
}
