package scenarios_test

import (
	"testing"

	"lbsim/balancer"
)

// What health checks ask of servers reaches the simulator; left out it is nothing.
func TestCheckWork(t *testing.T) {
	if x := with(t, "", "").Build().Servers[0].Checks; x != nil {
		t.Errorf("by default checks ask for %+v", x)
	}
	x := with(t, "count: 5", "count: 5, discipline: priority, health: {service: 3ms, priority: critical}").Build().Servers[4].Checks
	if x == nil || x.Service.Mean() != 0.003 || x.Priority != balancer.Critical {
		t.Errorf("checks ask for %+v", x)
	}
}
