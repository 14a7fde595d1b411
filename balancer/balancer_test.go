package balancer_test

import (
	"fmt"
	"strings"
	"testing"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/clock"
	"lbsim/random"
)

// failer is what a test and a property have in common.
type failer interface {
	Helper()
	Fatal(args ...any)
}

// newBalancer returns a balancer with one pool for each algorithm, as on the
// command line.
func newBalancer(t failer, affinity *balancer.Affinity, texts ...string) *balancer.Balancer {
	t.Helper()
	return newBalancerBy(t, affinity, func(*balancer.PoolConfig) {}, texts...)
}

// newBalancerBy is newBalancer with a change to each pool.
func newBalancerBy(t failer, affinity *balancer.Affinity, change func(*balancer.PoolConfig), texts ...string) *balancer.Balancer {
	t.Helper()
	return newByConfig(t, configBy(t, affinity, change, texts...))
}

func newByConfig(t failer, cfg balancer.Config) *balancer.Balancer {
	t.Helper()
	lb, err := balancer.New(cfg, random.NewIndex(1, "balancer", 0))
	if err != nil {
		t.Fatal(err)
	}
	return lb
}

// configBy has a pool for each algorithm, with a change to each.
func configBy(t failer, affinity *balancer.Affinity, change func(*balancer.PoolConfig), texts ...string) balancer.Config {
	t.Helper()
	cfg := balancer.Config{Zone: "a", Callers: []balancer.Callers{{Zone: "a", N: 2}, {Zone: "b", N: 1}}}
	for i, text := range texts {
		choice, err := algorithms.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		pool := balancer.PoolConfig{Name: fmt.Sprint("pool-", i), Algorithm: choice, Affinity: affinity}
		change(&pool)
		cfg.Pools = append(cfg.Pools, pool)
	}
	return cfg
}

// endpoints returns endpoints of the given names, of weight 1.
func endpoints(names ...string) []balancer.Endpoint {
	var eps []balancer.Endpoint
	for _, name := range names {
		eps = append(eps, balancer.Endpoint{Name: name, Weight: 1})
	}
	return eps
}

// numbered returns the endpoints e0 … e(n-1), in two zones and on two levels.
func numbered(n int) []balancer.Endpoint {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprint("e", i))
	}
	eps := endpoints(names...)
	for i := range eps {
		eps[i].Zone, eps[i].Priority = [...]string{"a", "b"}[i%2], i%3%2
	}
	return eps
}

// send starts r, which must be sent somewhere.
func send(t testing.TB, lb *balancer.Balancer, now clock.Time, r *balancer.Request) balancer.Ticket {
	t.Helper()
	d := lb.Start(now, r)
	if d.Kind != balancer.Send {
		t.Fatalf("at %v: %+v, want a Send", now, d)
	}
	return d.Ticket
}

// slotOf returns the slot of an endpoint that must be in pool 0.
func slotOf(t testing.TB, lb *balancer.Balancer, name string) int32 {
	t.Helper()
	slot, ok := lb.Slot(0, name)
	if !ok {
		t.Fatalf("%s has no slot", name)
	}
	return slot
}

// every calls f with each algorithm and its variants that work otherwise.
func every(t *testing.T, f func(t *testing.T, text string)) {
	texts := []string{"join_idle_queue:reports=true"}
	for _, schedule := range []string{"edf", "stride", "lvs"} {
		texts = append(texts, "weighted_round_robin:schedule="+schedule)
	}
	for _, spec := range algorithms.All() {
		texts = append(texts, spec.Name)
	}
	for _, text := range texts {
		t.Run(text, func(t *testing.T) { f(t, text) })
	}
}

// Without an endpoint there is nobody to ask: 503. That holds at the start, and
// again when all have left.
func TestNoEndpoint(t *testing.T) {
	every(t, func(t *testing.T, text string) {
		lb := newBalancer(t, nil, text)
		for _, n := range []int{0, 3, 0, 1, 0} {
			lb.SetEndpoints(0, 0, numbered(n))
			d := lb.Start(0, &balancer.Request{})
			if n > 0 {
				if d.Kind != balancer.Send {
					t.Errorf("%d endpoints: %+v, want a Send", n, d)
				}
			} else if d.Kind != balancer.Reject || d.Reason != balancer.NoEndpoint || d.Reason.Status() != 503 {
				t.Errorf("no endpoint: %+v, want a Reject for NoEndpoint, 503", d)
			}
		}
	})
}

// A balancer without a pool is refused, and so are parameters that no picker can
// have.
func TestNewRefuses(t *testing.T) {
	if _, err := balancer.New(balancer.Config{}, random.NewIndex(1, "", 0)); err == nil {
		t.Error("a balancer without a pool was made")
	}
	choice := algorithms.Choice{Spec: &algorithms.Spec{New: func(algorithms.Values, random.Source) (algorithms.Picker, error) {
		return nil, fmt.Errorf("no such picker")
	}}}
	_, err := balancer.New(balancer.Config{Pools: []balancer.PoolConfig{{Name: "api", Algorithm: choice}}}, random.NewIndex(1, "", 0))
	if err == nil || err.Error() != "balancer: pool api: no such picker" {
		t.Errorf("error %v", err)
	}
}

// Instants never decrease, whatever is called. Equal ones are fine.
func TestTimeRunningBackwardsPanics(t *testing.T) {
	calls := map[string]func(lb *balancer.Balancer, now clock.Time, ticket balancer.Ticket){
		"Start": func(lb *balancer.Balancer, now clock.Time, _ balancer.Ticket) { lb.Start(now, &balancer.Request{}) },
		"Finish": func(lb *balancer.Balancer, now clock.Time, ticket balancer.Ticket) {
			lb.Finish(now, &balancer.Request{}, ticket, balancer.OK)
		},
		"ProbeDone": func(lb *balancer.Balancer, now clock.Time, ticket balancer.Ticket) {
			lb.ProbeDone(now, balancer.ProbeTicket{Ticket: ticket}, balancer.ProbeResult{})
		},
		"Report":       func(lb *balancer.Balancer, now clock.Time, _ balancer.Ticket) { lb.Report(now, 0, 0, true) },
		"SetEndpoints": func(lb *balancer.Balancer, now clock.Time, _ balancer.Ticket) { lb.SetEndpoints(now, 0, numbered(2)) },
		"Wake":         func(lb *balancer.Balancer, now clock.Time, _ balancer.Ticket) { lb.Wake(now) },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			lb := newBalancer(t, nil, "round_robin")
			lb.SetEndpoints(0, 0, numbered(2))
			ticket := send(t, lb, 5, &balancer.Request{})
			call(lb, 5, ticket)
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, "time ran backwards") {
					t.Errorf("recovered %s", got)
				}
			}()
			call(lb, 4, ticket)
			t.Error("no panic")
		})
	}
}

// Pools share nothing but time: each has its own endpoints and its own turn.
func TestPoolsAreApart(t *testing.T) {
	lb := newBalancer(t, nil, "round_robin", "round_robin")
	lb.SetEndpoints(0, 0, numbered(2))
	lb.SetEndpoints(0, 1, numbered(3))
	var got []int32
	for i := range 6 {
		ticket := send(t, lb, clock.Time(i), &balancer.Request{Pool: balancer.PoolID(i % 2)})
		if int(ticket.Pool) != i%2 {
			t.Fatalf("request %d: ticket of pool %d", i, ticket.Pool)
		}
		got = append(got, ticket.Slot)
	}
	if want := []int32{0, 0, 1, 1, 0, 2}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("slots %v, want %v", got, want)
	}
}

// An algorithm that lives on idle reports says so, gets them, and forgets one that
// is withdrawn.
func TestReports(t *testing.T) {
	if newBalancer(t, nil, "join_idle_queue").WantsReports(0) {
		t.Error("join_idle_queue wants reports without being told to")
	}
	lb := newBalancer(t, nil, "join_idle_queue:reports=true")
	if !lb.WantsReports(0) {
		t.Fatal("join_idle_queue:reports=true does not want reports")
	}
	lb.SetEndpoints(0, 0, numbered(100))
	for i, slot := range []int32{41, 17, 99, 5} {
		lb.Report(clock.Time(i), 0, slot, true)
	}
	lb.Report(9, 0, 99, false)
	lb.Report(9, 0, 100, true) // nobody's slot: no harm
	for _, want := range []int32{41, 17, 5} {
		if got := send(t, lb, 10, &balancer.Request{}).Slot; got != want {
			t.Errorf("slot %d, want %d, the first to have reported", got, want)
		}
	}
}

// Two balancers with the same randomness and calls decide the same, and with other
// randomness not.
func TestSameRandomnessSameDecisions(t *testing.T) {
	var courses [3]string
	for i, seed := range []uint64{7, 7, 8} {
		choice, err := algorithms.Parse("random")
		if err != nil {
			t.Fatal(err)
		}
		lb, err := balancer.New(balancer.Config{Pools: []balancer.PoolConfig{{Algorithm: choice}}}, random.NewIndex(seed, "", 0))
		if err != nil {
			t.Fatal(err)
		}
		lb.SetEndpoints(0, 0, numbered(10))
		for range 50 {
			courses[i] += fmt.Sprint(send(t, lb, 0, &balancer.Request{}).Slot)
		}
	}
	if courses[0] != courses[1] || courses[0] == courses[2] {
		t.Errorf("slots %v", courses)
	}
}

// seconds is an instant.
func seconds(s float64) clock.Time { return clock.FromSeconds(s) }
