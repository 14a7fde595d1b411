package sim

import (
	"slices"
	"testing"
	"time"

	"lbsim/workloads"
)

// What a time-out or a loss of patience does depends on where the request is and on
// what clients do about it. All instants are worked out by hand; busy is how long
// the server worked, for somebody or for nobody.
func TestTimeouts(t *testing.T) {
	const cancel, abandon = workloads.Cancel, workloads.Abandon
	for _, c := range []struct {
		name       string
		onTimeout  workloads.OnTimeout
		jobs       []job
		timeout    float64 // seconds; 0: none
		patience   float64 // seconds; 0: without end
		delay      time.Duration
		queue      int
		discipline Discipline
		want       []string
		busy       float64
		attempts   uint64 // that reached the server
	}{
		{name: "in service, cancelled: the worker is free at once", onTimeout: cancel,
			jobs: []job{{0, 10}, {1.5, 1}}, timeout: 3, queue: Unlimited,
			want: []string{"timed_out 3s", "completed 4s"}, busy: 4, attempts: 2},
		{name: "in service, abandoned: the worker goes on for nobody", onTimeout: abandon,
			jobs: []job{{0, 10}, {1.5, 1}}, timeout: 3, queue: Unlimited,
			want: []string{"timed_out 3s", "timed_out 4.5s"}, busy: 11, attempts: 2},
		{name: "to the nanosecond, though 1.001 is not quite a float64", onTimeout: cancel,
			jobs: []job{{0, 10}}, timeout: 1.001, queue: Unlimited,
			want: []string{"timed_out 1.001s"}, busy: 1.001, attempts: 1},
		{name: "at one instant, cancelled one after the other", onTimeout: cancel,
			jobs: []job{{0, 2.5}, {0, 1}, {0, 9}, {2, 0.5}, {2, 0.5}}, timeout: 3, queue: Unlimited,
			want: []string{"completed 2.5s", "timed_out 3s", "timed_out 3s", "completed 3.5s", "completed 4s"}, busy: 4, attempts: 5},
		{name: "in the queue, abandoned: it is served all the same", onTimeout: abandon,
			jobs: []job{{0, 2.5}, {0, 1}, {1, 0.75}}, timeout: 3, queue: Unlimited,
			want: []string{"completed 2.5s", "timed_out 3s", "timed_out 4s"}, busy: 4.25, attempts: 3},
		{name: "on the way to the server, cancelled: it never gets there", onTimeout: cancel,
			jobs: []job{{0, 1}}, timeout: 3, delay: 5 * time.Second, queue: Unlimited,
			want: []string{"timed_out 3s"}, busy: 0, attempts: 0},
		{name: "on the way to the server, abandoned: it is served", onTimeout: abandon,
			jobs: []job{{0, 1}}, timeout: 3, delay: 5 * time.Second, queue: Unlimited,
			want: []string{"timed_out 3s"}, busy: 1, attempts: 1},
		{name: "on the way back, cancelled: the late answer is dropped", onTimeout: cancel,
			jobs: []job{{0, 0.5}}, timeout: 3, delay: 2 * time.Second, queue: Unlimited,
			want: []string{"timed_out 3s"}, busy: 0.5, attempts: 1},
		{name: "on the way back, abandoned", onTimeout: abandon,
			jobs: []job{{0, 0.5}}, timeout: 3, delay: 2 * time.Second, queue: Unlimited,
			want: []string{"timed_out 3s"}, busy: 0.5, attempts: 1},
		{name: "a refusal on the way back", onTimeout: cancel,
			jobs: []job{{0, 2}, {1, 1}, {5, 1}}, timeout: 5, delay: time.Second, queue: 0,
			want: []string{"completed 4s", "rejected 3s", "completed 8s"}, busy: 3, attempts: 3},
		{name: "a refusal that comes too late", onTimeout: cancel,
			jobs: []job{{0, 1}, {0.25, 1}}, timeout: 1.5, delay: time.Second, queue: 0,
			want: []string{"timed_out 1.5s", "timed_out 1.75s"}, busy: 0.5, attempts: 2},
		{name: "shared, cancelled: who stays has the server alone", onTimeout: cancel, discipline: PS,
			jobs: []job{{0, 10}, {1, 1.5}}, timeout: 3, queue: Unlimited,
			want: []string{"timed_out 3s", "completed 3.5s"}, busy: 3.5, attempts: 2},
		{name: "shared, abandoned: it takes its share to the end", onTimeout: abandon, discipline: PS,
			jobs: []job{{0, 10}, {1, 1.25}}, timeout: 3, queue: Unlimited,
			want: []string{"timed_out 3s", "completed 3.5s"}, busy: 11.25, attempts: 2},
		{name: "patience ends in the queue alone", onTimeout: cancel,
			jobs: []job{{0, 10}, {1, 1}, {9, 1}}, patience: 2, queue: Unlimited,
			want: []string{"completed 10s", "timed_out 3s", "completed 11s"}, busy: 11, attempts: 3},
		{name: "those behind one who leaves the queue move up", onTimeout: cancel,
			jobs: []job{{0, 3}, {0.5, 1}, {0.5, 1}, {1.5, 1}, {2.5, 1}}, patience: 2, queue: Unlimited,
			want: []string{"completed 3s", "timed_out 2.5s", "timed_out 2.5s", "completed 4s", "completed 5s"}, busy: 5, attempts: 5},
		{name: "who has no patience leaves the queue, whatever time-outs do", onTimeout: abandon,
			jobs: []job{{0, 10}, {1, 1}}, timeout: 20, patience: 2, queue: Unlimited,
			want: []string{"completed 10s", "timed_out 3s"}, busy: 10, attempts: 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := scripted(c.jobs...)
			m.Servers[0].Queue, m.Servers[0].Discipline = c.queue, c.discipline
			m.Clients = &workloads.Clients{Count: 5, Timeout: c.timeout, OnTimeout: c.onTimeout}
			if c.patience > 0 {
				m.Clients.Patience = must(workloads.NewConstant(c.patience))
			}
			if c.delay > 0 {
				m.Network = Network{Zones: []string{"a"}, OneWay: oneWay(c.delay)}
			}
			if got := ends(t, m); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			r, err := Run(m, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if s := r.Servers[0]; s.Busy != c.busy || s.Requests != c.attempts {
				t.Errorf("busy for %v s with %d requests, want %v and %d", s.Busy, s.Requests, c.busy, c.attempts)
			}
		})
	}
}
