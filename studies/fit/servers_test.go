package fit

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"lbsim/sim"
	"lbsim/studies/fit/accesslog"
)

// busy is a world whose servers of several workers have queues.
func busy(workers int) world {
	return world{arrivals: "{process: poisson, load: 85%}", service: "{dist: gamma, mean: 20ms, shape: 0.5}", servers: 3, workers: workers, duration: "60s"}
}

// rowsOf are the requests of a log, in the order in which they came.
func rowsOf(all []sim.Record) (rows []row, services []int64) {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b sim.Record) int { return cmp.Compare(a.Arrival, b.Arrival) })
	for _, r := range all {
		rows = append(rows, row{at: int64(r.Arrival), start: int64(r.Arrival), reached: int64(r.Arrival), latency: int64(r.Latency), response: int64(r.Latency),
			service: accesslog.Unknown, server: int32(r.Server)})
		services = append(services, int64(r.Latency-r.Wait))
	}
	return rows, services
}

// The least number of workers that explains a log is found, or a smaller one where all
// workers are hardly ever busy; of those who found a free one the response is the service.
func TestFreeWorkers(t *testing.T) {
	for _, workers := range []int{1, 2, 4, 8} {
		all, _ := busy(workers).requests(t, 1)
		rows, services := rowsOf(all)
		s := servers{all: make([]server, 3)}
		s.learn(rows, 1, 1)
		if s.workers != workers {
			t.Errorf("%d workers, want %d", s.workers, workers)
		}
		free := 0
		for i := range rows {
			service, ok := s.serve(&rows[i])
			if !ok {
				continue
			}
			if free++; service != services[i] {
				t.Fatalf("%d workers, request %d: %d, want %d", workers, i, service, services[i])
			}
		}
		if free < len(rows)/20 || free > len(rows)*19/20 {
			t.Errorf("%d workers: %d of %d requests found a free one", workers, free, len(rows))
		}
	}
}

// Where the number of workers is known, first in, first out gives every service time.
func TestInversion(t *testing.T) {
	for _, workers := range []int{1, 3} {
		all, _ := busy(workers).requests(t, 1)
		rows, services := rowsOf(all)
		s := servers{all: make([]server, 3), given: workers}
		waited := 0
		for i := range rows {
			service, ok := s.serve(&rows[i])
			if !ok || service != services[i] {
				t.Fatalf("%d workers, request %d: %d, %v, want %d", workers, i, service, ok, services[i])
			}
			if all[i].Wait > 0 {
				waited++
			}
		}
		if waited < len(rows)/4 {
			t.Errorf("only %d of %d requests waited", waited, len(rows))
		}
	}
}

// Fewer workers than there are can't have done it, and the study takes responses instead.
func TestTooFewWorkers(t *testing.T) {
	all, names := busy(3).requests(t, 1)
	r, err := Run(t.Context(), Question{File: "known", Log: csvLog(all, names), Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if r.Source.Kind != "response" || !strings.Contains(r.Source.Text, "over before 2 workers could have begun them") {
		t.Errorf("%+v", r.Source)
	}
}

// A clock too coarse for what requests take tells nothing about who was there first.
func TestBlurred(t *testing.T) {
	rows := []row{{at: 0, response: 1e7, service: accesslog.Unknown}, {at: 1, response: 1e7, service: accesslog.Unknown}}
	s := servers{all: make([]server, 1)}
	if s.learn(rows, 1e9, 1e6); !s.blurred {
		t.Error("10 ms are seen by a clock of seconds")
	}
	if _, ok := s.serve(&rows[0]); ok {
		t.Error("a service time is told")
	}
}
