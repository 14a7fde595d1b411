package scenarios_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"lbsim/scenarios"
	"lbsim/sim"
)

const lifecycled = `
name: lifecycle
workload:
  arrivals: {process: poisson, rate: 100/s}
  classes: [{name: request, service: 5ms}]
servers: [{name: api, count: 2, start_up: 3s, warm_up: {time: 10s}}]
network: {discovery: 2s}
balancer: {algorithm: round_robin, drain: {timeout: 5s}}
timeline:
  - {at: 1s, do: deploy, group: api}
  - {at: 2s, do: deploy, group: api, style: blue_green, drain: false, pause: 4s}
  - {at: 3s, do: drain, server: api-4}
  - {at: 4s, do: deploy, group: api, batch: 2, grace: 1s}
run: {duration: 10s}
`

// What is written about servers that come and go reaches the simulator, and what follows
// a blue-green deploy is about the new servers.
func TestLifecycle(t *testing.T) {
	s, err := scenarios.Load("-", strings.NewReader(lifecycled))
	if err != nil {
		t.Fatal(err)
	}
	m := s.Build()
	if x := m.Servers[1]; x.StartUp != 3*time.Second || !reflect.DeepEqual(x.WarmUp, &sim.WarmUp{Time: 10 * time.Second, Share: 0.2}) {
		t.Errorf("server %+v", x)
	}
	if m.Network.Discovery != 2*time.Second || m.Network.Announce != sim.Listening {
		t.Errorf("network %+v", m.Network)
	}
	plans := []*sim.DeployPlan{{Batch: 1, Drain: true}, {Pause: 4 * time.Second}, nil, {Batch: 2, Grace: time.Second}}
	servers := [][]int{{0, 1}, {0, 1}, {3}, {2, 3}}
	for i, a := range m.Acts {
		if !reflect.DeepEqual(a.Deploy, plans[i]) || !reflect.DeepEqual(a.Servers, servers[i]) {
			t.Errorf("act %d: %+v of %v", i, a.Deploy, a.Servers)
		}
	}
	if added := m.Acts[1].Add; len(added) != 2 || added[1].Name != "api-4" || added[1].StartUp != 3*time.Second {
		t.Errorf("added %+v", added)
	}
}
