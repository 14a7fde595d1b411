// Package fit estimates a workload from an access log: when requests come, which kinds there
// are, what each needs of a server, which keys and clients, each with its error. It reads a
// log once, in bounded memory, and keeps nothing of its text: clients, servers and keys are
// hashes, and a path becomes part of a name only where it looks like a word and many clients
// ask for it.
package fit

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"lbsim/studies/fit/accesslog"
	"lbsim/workloads"
)

// Question is what is to be fitted, and what is known beside the log.
type Question struct {
	File      string // what messages call it
	Log       io.Reader
	LogFormat string // in NGINX's language; "": found out
	Workers   int    // of each server; 0: found out
	Servers   int    // 0: as many as the log names
	Algorithm string // of the balancer of the scenario; "": round_robin
	Classes   int    // at most; 0: 8
	Crowd     int    // clients that a name needs to be told; 0: 20
}

const (
	// DefaultClasses and DefaultCrowd are taken where a question says nothing.
	DefaultClasses = 8
	DefaultCrowd   = 20
	// leastShare is the share of the requests that a class of its own has.
	leastShare         = 0.005
	leastCrowdRequests = 50
	// shortest is how many steps of its clock a log must last.
	shortest = 10
	// mayBeLate is the share of requests that may be out of order.
	mayBeLate = 0.05
)

// Run reads the log and fits it. Errors about the log are *accesslog.Error.
func Run(ctx context.Context, q Question) (*Result, error) {
	in := newIntake(q.Workers)
	summary, err := accesslog.Read(q.Log, accesslog.Options{LogFormat: q.LogFormat}, func(entries []accesslog.Entry, s *accesslog.Summary) error {
		in.add(entries, s)
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	in.finish()
	if float64(in.late) > mayBeLate*float64(summary.Requests) {
		return nil, &accesslog.Error{Rule: fmt.Sprintf("times go backwards: %d of %d requests came before others that were logged %d lines and more earlier, the first about line %d: sort the log by time",
			in.late, summary.Requests, windowSize, in.lateAt+summary.Broken)}
	}
	if summary.Requests < leastArrivals {
		return nil, &accesslog.Error{Rule: fmt.Sprintf("%d requests are too few to fit anything to: %d at least", summary.Requests, leastArrivals)}
	}
	if span := in.last - in.began; span <= shortest*summary.Resolution {
		return nil, &accesslog.Error{Rule: fmt.Sprintf("the log is too short to see a rate in: all requests came within %g s, by a clock of %g s", float64(span)/1e9, float64(summary.Resolution)/1e9)}
	}
	s := &study{Question: q, in: in, summary: summary}
	return s.result()
}

// study is a log that was read, on its way to a result.
type study struct {
	Question
	in      *intake
	summary *accesslog.Summary
	flow    flow
}

func (s *study) result() (r *Result, err error) {
	in, sum := s.in, s.summary
	r = &Result{Schema: Schema, File: s.File, Log: s.log(), Times: in.times}
	if in.timed > 0 {
		r.Latency = &Latency{rounded(in.times.Mean()), rounded(in.times.Quantile(0.5)), rounded(in.times.Quantile(0.99))}
	}
	s.flow.counts, s.flow.width = in.counts.whole(1000, 20)
	s.flow.fine = in.counts
	s.flow.blocks, s.flow.resolution = in.gaps.blocks, float64(sum.Resolution)/1e9
	for _, b := range in.gaps.blocks {
		s.flow.gaps = append(s.flow.gaps, b.gaps...)
	}
	if sum.Resolution <= finest {
		s.flow.resolution = 0
	}
	for _, n := range s.flow.counts {
		r.Rates = append(r.Rates, n/s.flow.width)
	}
	r.Span = s.flow.width
	if len(s.flow.counts) < 2 {
		return nil, &accesslog.Error{Rule: "the log is too short to see a rate in"}
	}
	r.Arrivals = arrivals(&s.flow)
	r.Fits = s.flow.fitted
	r.Clients = s.clients()
	s.closed(r)
	r.Classes, r.Source = s.classes()
	if p, ok := in.keys.popularity(); ok {
		r.Keys = p
	}
	r.Status = s.status()
	r.Servers = s.servers()
	r.Notes = s.notes(r)
	if w := r.workload(); w != nil {
		if r.Workload, err = json.Marshal(w); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (s *study) log() Log {
	sum := s.summary
	l := Log{Format: sum.Format.Name, LogFormat: sum.Format.Text, Lines: sum.Lines, Requests: sum.Requests, Broken: sum.Broken, Late: s.in.late,
		Seconds: rounded(float64(s.in.last-s.in.began) / 1e9), Resolution: float64(sum.Resolution) / 1e9}
	for _, p := range sum.Shown {
		l.Shown = append(l.Shown, Problem(p))
	}
	if sum.Fineness > 0 {
		fineness := float64(sum.Fineness) / 1e9
		l.Fineness = &fineness
	}
	return l
}

func (s *study) status() (out []Status) {
	for code, n := range s.in.statuses {
		if code > 0 && n > 0 {
			out = append(out, Status{code, n, rounded(float64(n) / float64(s.summary.Requests))})
		}
	}
	return out
}

func (s *study) servers() *Servers {
	w := Servers{Count: len(s.in.working.all), Workers: s.in.working.workers}
	if s.Servers > 0 {
		w.Count, w.Given = s.Servers, true
	}
	if s.Workers > 0 {
		w.Workers = s.Workers
	}
	if w.Count == 0 {
		return nil
	}
	w.Workers = max(1, w.Workers)
	return &w
}

func (s *study) clients() *Clients {
	p := &s.in.people
	if p.requests == 0 {
		return nil
	}
	c := &Clients{Distinct: rounded(p.different.count()), Exact: len(p.different.least) < p.different.keep, Overlaps: p.overlaps}
	if !p.crowded && len(p.last) > 0 {
		// Of each client requests come at a rate of its share, for as long as one takes.
		span := float64(s.in.last-s.in.began) / 1e9
		c.Expected = rounded(p.together * float64(p.requests) / (float64(len(p.last)) * span))
	}
	return c
}

const (
	leastOverlaps = 25   // expected, for their absence to mean something
	mostOverlaps  = 0.01 // of those expected
)

// closed finds that clients wait for their answers: far fewer requests come before the same
// client's last is over than would if they did not wait.
func (s *study) closed(r *Result) {
	c, p := r.Clients, &s.in.people
	if c == nil || p.crowded || c.Expected < leastOverlaps || float64(p.overlaps) > mostOverlaps*c.Expected || len(p.thinking) < leastSample {
		return
	}
	times := make([]float64, len(p.thinking))
	for i, t := range p.thinking {
		times[i] = max(0, float64(t)/1e9)
	}
	think := service(times, s.flow.resolution+s.fineness())
	users := Parameter{Name: "users", Value: float64(len(p.last))}
	a := &r.Arrivals
	a.Process, a.Spec = "closed", workloads.ArrivalSpec{Process: "closed", Users: &users.Value, Think: &think.Law.Spec}
	a.Rate, a.Parameters = nil, []Parameter{users, estimated("think mean", think.Mean, think.Mean*think.CV/math.Sqrt(float64(len(times))))}
	a.Why = fmt.Sprintf("clients wait for their answers: %d of their requests came before the last was over, and %.0f would if they did not wait; think times are %s", p.overlaps, c.Expected, think.Law.Dist)
}

// fineness is how finely durations are written, in seconds; 0 where it is finer than matters.
func (s *study) fineness() float64 {
	if s.summary.Fineness <= finest {
		return 0
	}
	return float64(s.summary.Fineness) / 1e9
}
