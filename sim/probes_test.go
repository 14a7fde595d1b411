package sim

import (
	"slices"
	"testing"
	"time"

	"lbsim/algorithms"
	"lbsim/clock"
	"lbsim/random"
	"lbsim/workloads"
)

// witness is a picker that notes what it hears and asks for.
type witness struct {
	algorithms.Picker
	asked    []clock.Time
	idle     int // of the asked, those that no request caused
	answered []algorithms.Observation
	at       []clock.Time    // of the answers
	took     []time.Duration // attempts, as the balancer saw them
	reports  [algorithms.Busy + 1]int
}

func (w *witness) Observe(now clock.Time, s *algorithms.Set, slot int32, o algorithms.Observation) {
	w.reports[o.Kind]++
	switch o.Kind {
	case algorithms.Answer:
		w.took = append(w.took, o.Latency)
	case algorithms.Probe:
		w.answered, w.at = append(w.answered, o), append(w.at, now)
	}
	w.Picker.(algorithms.Observer).Observe(now, s, slot, o)
}

// prober is a witness of a picker that probes.
type prober struct{ *witness }

func (p prober) AppendProbes(now clock.Time, s *algorithms.Set, idle bool, dst []int32) []int32 {
	before := len(dst)
	dst = p.Picker.(algorithms.Prober).AppendProbes(now, s, idle, dst)
	for range dst[before:] {
		p.asked = append(p.asked, now)
		if idle {
			p.idle++
		}
	}
	return dst
}

func (p prober) NextProbe() clock.Time { return p.Picker.(algorithms.Prober).NextProbe() }

// reported is a witness of a picker that lives on idle reports.
type reported struct{ *witness }

func (reported) WantsReports() bool { return true }

// watch makes m's balancers witnesses, which it returns when the run has made them.
func watch(m *Model, text string) *[]*witness {
	var all []*witness
	spec := *choice(text).Spec
	make := spec.New
	spec.New = func(v algorithms.Values, rnd random.Source) (algorithms.Picker, error) {
		p, err := make(v, rnd)
		w := &witness{Picker: p}
		all = append(all, w)
		switch p.(type) {
		case algorithms.Prober:
			return prober{w}, err
		case algorithms.Reported:
			return reported{w}, err
		}
		return w, err
	}
	m.Balancer.Pools[0].Algorithm = algorithms.Choice{Spec: &spec, Values: choice(text).Values}
	return &all
}

// A balancer learns how long an attempt took from its send to its answer: what the
// client saw, the network's delays and the wait in the queue included.
func TestBalancersLearnLatencies(t *testing.T) {
	for _, delay := range []time.Duration{0, 20 * time.Millisecond} {
		m := farm(5, "peak_ewma")
		m.Requests = 2_000
		if delay > 0 {
			m.Network = Network{Zones: []string{"a"}, OneWay: oneWay(delay)}
		}
		all := watch(m, "peak_ewma")
		_, records := course(t, m, Options{Seed: 1})
		var want []time.Duration
		for _, r := range records {
			want = append(want, r.Latency.Sub(0))
		}
		if !slices.Equal((*all)[0].took, want) || len(want) != 2_000 {
			t.Errorf("delay %v: the balancer learned %d latencies, which are not those of the %d records", delay, len((*all)[0].took), len(want))
		}
	}
}

// Every probe that a balancer asks for is answered, a round trip later, by the
// server, with its own count and estimate; and when no request comes, idle ones go
// out at their deadlines.
func TestProbesAreAnswered(t *testing.T) {
	for _, delay := range []time.Duration{0, 20 * time.Millisecond} {
		m := farm(10, "prequal")
		m.Requests, m.Frontends = 5_000, 3
		if delay > 0 {
			m.Network = Network{Zones: []string{"a"}, OneWay: oneWay(delay)}
		}
		// Of some eight requests a second a frontend gets a third: every 375 ms.
		all := watch(m, "prequal:probe_rate=2,idle_interval=500ms")
		course(t, m, Options{Seed: 1})
		asked, idle, loaded, estimated := 0, 0, 0, 0
		for _, w := range *all {
			asked += len(w.asked)
			idle += w.idle
			for i, o := range w.answered {
				if late := w.at[i].Sub(w.asked[i]); late != 2*delay || o.Failed || o.InFlight < 0 || o.Latency < 0 {
					t.Fatalf("answer %d after %v: %+v", i, late, o)
				}
				if o.InFlight > 0 {
					loaded++
				}
				if o.Latency > 0 {
					estimated++
				}
			}
			// The run ends when all requests are done, which a probe may outlive.
			if lost := len(w.asked) - len(w.answered); lost < 0 || lost > 4 {
				t.Errorf("%d probes, %d answers", len(w.asked), len(w.answered))
			}
		}
		if len(*all) != 3 || asked-idle != 2*5_000 || idle < 500 || loaded < asked/2 || estimated < asked*9/10 {
			t.Errorf("%d frontends sent %d probes, %d of them idle; %d met requests, %d knew of a latency", len(*all), asked, idle, loaded, estimated)
		}
	}
}

// A server's estimate is the median of its recent latencies at the load that it
// has, or at the nearest load of which it knows some.
func TestLatencyEstimates(t *testing.T) {
	var l latencies
	if got := l.at(3); got != 0 {
		t.Errorf("knowing nothing: %v", got)
	}
	for _, ms := range []int{9, 1, 5} {
		l.add(2, time.Duration(ms)*time.Millisecond)
	}
	l.add(10, time.Second)
	for load, want := range map[int32]time.Duration{
		2: 5 * time.Millisecond, 0: 5 * time.Millisecond, 5: 5 * time.Millisecond, 6: 5 * time.Millisecond,
		7: time.Second, 10: time.Second, 63: time.Second, 1000: time.Second,
	} {
		if got := l.at(load); got != want {
			t.Errorf("at load %d: %v, want %v", load, got, want)
		}
	}
	for range 5 { // now nine are known, of which five are new
		l.add(2, 20*time.Millisecond)
	}
	for range 2 {
		l.add(2, 30*time.Millisecond)
	}
	if got := l.at(2); got != 20*time.Millisecond {
		t.Errorf("at load 2: %v, want the median of the last nine", got)
	}
}

// What a server learns of its latencies is about the load that each request met,
// though it learns from its first probe on only, when requests may be there already.
func TestLatenciesAreOfTheLoadMet(t *testing.T) {
	m := farm(100, "prequal:probe_rate=0.05,idle_interval=1h")
	m.Classes[0].Service = must(workloads.NewConstant(1))
	poisson(m, 98)
	m.Requests = 5_000
	e, err := newEngine(m, Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.run(); err != nil {
		t.Fatal(err)
	}
	seen := [maxLoad + 1]int{}
	for i := range e.servers {
		x := e.servers[i].extra
		if x == nil {
			continue
		}
		for load, times := range x.latency.last {
			for _, d := range times[:x.latency.count[load]] {
				seen[load]++
				// One of load+1, of whom the first may be nearly done, a second each.
				if d <= time.Duration(load)*time.Second-1 || d > time.Duration(load+1)*time.Second {
					t.Errorf("server %d at load %d: a latency of %v", i, load, d)
				}
			}
		}
	}
	if seen[0] < 20 || seen[1] < 20 || seen[3] < 20 {
		t.Errorf("%v latencies known, by load", seen)
	}
}

// Idle reports reach one frontend each and are used: with a single frontend no
// request waits while a server is idle; with many, each knows of some of the idle.
func TestIdleReports(t *testing.T) {
	for _, frontends := range []int{1, 4} {
		m := farm(10, "round_robin")
		m.Requests, m.Frontends = 10_000, frontends
		all := watch(m, "join_idle_queue:reports=true")
		_, records := byID(t, m, Options{Seed: 1})
		idle, busy := 0, 0
		for _, w := range *all {
			idle += w.reports[algorithms.Idle]
			busy += w.reports[algorithms.Busy]
			if w.reports[algorithms.Idle] < 1000 {
				t.Errorf("%d frontends: one heard of %d idle servers", frontends, w.reports[algorithms.Idle])
			}
		}
		// A server reports when its last request ends, and all do at the start.
		reports := 10
		for server := range 10 {
			reports += emptied(records, server)
		}
		if len(*all) != frontends || idle != reports || busy > idle || busy < idle-10 {
			t.Errorf("%d frontends: %d idle reports, want %d; %d withdrawn", len(*all), idle, reports, busy)
		}
		if n := needlessWaits(records, 10); frontends == 1 && n > 0 {
			t.Errorf("%d requests waited though a server had reported to be idle", n)
		}
	}
}

// emptied counts how often a server had nothing left to do.
func emptied(records []Record, server int) int {
	mine := slices.DeleteFunc(slices.Clone(records), func(r Record) bool { return r.Server != server })
	n, free := 0, clock.Time(0)
	for i, r := range mine {
		if i > 0 && r.Arrival > free {
			n++
		}
		free = max(free, r.Arrival+r.Latency)
	}
	return n + 1 // the last one's end
}

// Known latencies pay: with a server that is slow, prequal's tail is far below the
// random pick's.
func TestProbesSteer(t *testing.T) {
	worst := map[string]clock.Time{}
	for _, algorithm := range []string{"random", "prequal"} {
		m := farm(20, algorithm)
		m.Requests = 20_000
		poisson(m, 10)
		for i := range 5 {
			m.Servers[i].Speed = 0.25
		}
		_, records := byID(t, m, Options{Seed: 1})
		var latencies []clock.Time
		for _, r := range records {
			latencies = append(latencies, r.Latency)
		}
		slices.Sort(latencies)
		worst[algorithm] = latencies[len(latencies)*99/100]
	}
	if worst["prequal"] > worst["random"]/3 {
		t.Errorf("99th percentiles %v", worst)
	}
}
