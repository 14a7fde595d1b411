package scenarios_test

import (
	"reflect"
	"testing"

	"lbsim/sim"
	"lbsim/sim/cache"
)

// keyed is base with keys, and caches on the servers of a group.
func keyed(t *testing.T, cache string) *sim.Model {
	t.Helper()
	return with(t, "  clients: {count: 2000, timeout: 10s}\nservers:\n  - {name: api, count: 5",
		"  keys: {dist: uniform, count: 9}\nservers:\n  - {name: api, count: 5, cache: "+cache).Build()
}

// TestCaches: every server of the group has one, those of another group have none.
func TestCaches(t *testing.T) {
	m := keyed(t, "{capacity: 40, policy: fifo, miss_penalty: {dist: exponential, mean: 20ms}}")
	for i := range 5 {
		if c := m.Servers[i].Cache; c == nil || c.Capacity != 40 || c.Policy != cache.FIFO || c.Penalty.Mean() != 0.02 || c.Penalty.CV() != 1 {
			t.Errorf("%s: %+v", m.Servers[i].Name, c)
		}
	}
	if m.Servers[5].Cache != nil {
		t.Errorf("%s has a cache", m.Servers[5].Name)
	}
	if c := keyed(t, "{capacity: 1, miss_penalty: 5ms}").Servers[0].Cache; c.Policy != cache.LRU || c.Penalty.CV() != 0 {
		t.Errorf("by default: %+v", c)
	}
}

// TestComingAndGoing follows single servers: one that is removed is no longer its
// group's, and is its youngest when it is back.
func TestComingAndGoing(t *testing.T) {
	m := with(t, "  - {at: 40s, do: restore, server: api-1}\n", `  - {at: 30s, do: remove, server: api-2}
  - {at: 40s, do: slow, group: api, factor: 2}
  - {at: 50s, do: add, server: api-2}
  - {at: 60s, do: slow, group: api, factor: 2}
  - {at: 70s, do: scale, group: api, count: 4}
  - {at: 80s, do: scale, group: api, count: 5}
`).Build()
	type act struct {
		kind    sim.ActKind
		servers []int
		label   string
	}
	want := []act{
		{sim.Slow, []int{0}, "slow api-1 5x"},
		{sim.Leave, []int{1}, "remove api-2"},
		{sim.Slow, []int{0, 2, 3, 4}, "slow api 2x"},
		{sim.Return, []int{1}, "add api-2"},
		{sim.Slow, []int{0, 2, 3, 4, 1}, "slow api 2x"},
		{sim.Remove, []int{1}, "scale api to 4"},
		{sim.Add, nil, "scale api to 5"},
	}
	for i, a := range m.Acts {
		if got := (act{a.Kind, a.Servers, a.Label}); !reflect.DeepEqual(got, want[i]) {
			t.Errorf("act %d: got %+v, want %+v", i, got, want[i])
		}
	}
	if name := m.Acts[6].Add[0].Name; len(m.Acts) != len(want) || name != "api-6" {
		t.Errorf("%d acts, the last adds %s", len(m.Acts), name)
	}
	if words := sim.Leave.String() + " " + sim.Return.String(); words != "remove add" {
		t.Errorf("the acts are called %s", words)
	}
}

// TestSomebodyIsLeft: the last server stays.
func TestSomebodyIsLeft(t *testing.T) {
	const one = `name: one
workload:
  arrivals: {process: poisson, rate: 1/s}
  classes: [{name: read, service: 5ms}]
servers: [{name: api, count: 2}]
balancer: {algorithm: round_robin}
timeline:
  - {at: 1s, do: remove, server: api-1}
  - {at: 2s, do: remove, server: api-2}
run: {duration: 9s}
`
	const want = "s.yaml:9:34: timeline[1].server = api-2: is the last server: somebody must be left to answer"
	if _, err := load(one); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
