package sim

import (
	"math"
	"testing"

	"lbsim/balancer"
	"lbsim/sim/autoscale"
	"lbsim/workloads"
)

// What a metric is at a look is known by hand: of two servers of two workers the first
// has a service of 8 s and one of 4 s in the window, and the second one of 5 s.
func TestWhatIsMeasured(t *testing.T) {
	for _, discipline := range []Discipline{FIFO, PS} {
		for _, c := range []struct {
			target autoscale.Target
			want   float64
		}{
			{autoscale.Target{Metric: autoscale.CPU}, (8 + 4 + 5) / 40.0 * 0.5},
			{autoscale.Target{Metric: autoscale.Latency}, (8 + 4 + 5) / 3.0},
			{autoscale.Target{Metric: autoscale.Queue}, 0},
		} {
			m := scaledFarm(2, 3, "round_robin", c.target)
			for i := range m.Servers {
				m.Servers[i].Workers, m.Servers[i].Discipline, m.Servers[i].CPUShare = 2, discipline, 0.5
			}
			m.Arrivals, m.Trace = nil, scripted(job{0.5, 8}, job{1, 5}, job{5, 4}).Trace
			if value := measuredAt(t, m); math.Abs(value-c.want) > 0.004*c.want+1e-9 {
				t.Errorf("discipline %v, %v: %v, want %v", discipline, c.target.Metric, value, c.want)
			}
		}
	}
}

// A queue is what waits, beyond the workers: three requests of 4 s at one worker from
// 0 s on are two that wait for 4 s, then one for 4 s. Sharing they all go on until
// 12 s, two too many for the one worker.
func TestTheQueueIsMeasured(t *testing.T) {
	for discipline, want := range map[Discipline]float64{FIFO: (2*4 + 1*4) / 10.0, PS: 2} {
		m := scaledFarm(1, 2, "round_robin", autoscale.Target{Metric: autoscale.Queue})
		m.Servers[0].Discipline = discipline
		m.Arrivals, m.Trace = nil, scripted(job{0, 4}, job{0, 4}, job{0, 4}).Trace
		if value := measuredAt(t, m); math.Abs(value-want) > 1e-9 {
			t.Errorf("discipline %v: %v wait, want %v", discipline, value, want)
		}
	}
}

// measuredAt is what the only target's metric is at the first look.
func measuredAt(t *testing.T, m *Model) float64 {
	t.Helper()
	m.Autoscalers[0].Policy.Targets[0].Value = 1e9
	var e *engine
	e, err := newEngine(m, Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for e.step() && e.scalers[0].readings == nil {
	}
	if e.now != sec(10) || !e.scalers[0].readings[0].Known {
		t.Fatalf("at %v: %+v", e.now, e.scalers[0].readings)
	}
	return e.scalers[0].readings[0].Value
}

// A worker is at work from the first request on, whoever displaces whom: one of low
// priority works from 0 s to 3 s and from 5 s on, and the one between takes its place.
func TestWhoDisplacesIsMeasured(t *testing.T) {
	for _, discipline := range []Discipline{ByPriority, PriorityPreemptive} {
		m := scaledFarm(1, 2, "round_robin", autoscale.Target{Metric: autoscale.CPU})
		m.Servers[0].Discipline = discipline
		m.Classes = append(m.Classes, m.Classes[0])
		m.Classes[0].Share, m.Classes[1].Share = 0.5, 0.5
		m.Classes[0].Priority, m.Classes[1].Priority = balancer.Sheddable, balancer.Critical
		m.Arrivals, m.Trace = nil, &workloads.Trace{Records: []workloads.Record{{At: sec(0), Service: 20, Client: -1}, {At: sec(3), Service: 2, Class: 1, Client: -1}}}
		if busy := measuredAt(t, m); math.Abs(busy-1) > 1e-9 {
			t.Errorf("%v: busy for %v of the time, want 1", discipline, busy)
		}
	}
}
