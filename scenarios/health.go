package scenarios

import (
	"lbsim/balancer"
	"lbsim/config/decode"
	"lbsim/sim"
)

// CheckWork is what a health check asks of a server, as written.
type CheckWork struct {
	Service  Distribution
	Priority Priority
}

func checkWork() decode.Object[CheckWork] {
	return decode.Object[CheckWork]{
		Name: "health_work", Doc: "What a health check asks of a server. It takes a worker as a request does and waits in the queue for one, or fails where that is full; what its balancer no longer waits for the server does all the same. Checks that are a connection and no more (connect) take no work.",
		Fields: []decode.Field[CheckWork]{
			decode.Required("service", distribution(), func(w *CheckWork) *Distribution { return &w.Service }, "How long a server of speed 1 works on a check. The load of arrivals does not count it."),
			decode.Default("priority", priorities, func(w *CheckWork) *Priority { return &w.Priority }, balancer.Ordinary, "Its turn where the discipline is by priority: critical, default or sheddable."),
		},
	}
}

// checkHealth wants an order in which checks have a turn of their own.
func checkHealth(v decode.Value, s *Scenario) {
	for i, g := range s.Servers {
		at := v.Get("servers").Index(i)
		if g.Health != nil && g.Health.Priority != balancer.Ordinary && g.Discipline != sim.ByPriority && g.Discipline != sim.PriorityPreemptive && at.Sound("discipline", "health") {
			at.At("health.priority").Fail("has no meaning with discipline: %s: take priority or priority_preemptive", disciplines.Write(g.Discipline))
		}
	}
}

// model is the work as the simulator takes it.
func (w *CheckWork) model() *sim.CheckWork {
	if w == nil {
		return nil
	}
	return &sim.CheckWork{Service: law(&w.Service), Priority: w.Priority}
}
