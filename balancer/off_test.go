package balancer_test

import (
	"testing"

	"lbsim/balancer"
)

// An endpoint that is off by its configuration gets nothing, counts neither as fit nor as
// unfit, and comes back with the next configuration.
func TestOff(t *testing.T) {
	lb := newBalancerBy(t, nil, func(p *balancer.PoolConfig) { p.PanicBelow = 0.9 }, "round_robin")
	members := numbered(3)
	for _, down := range []bool{true, false, true} {
		members[1].Down = down
		lb.SetEndpoints(0, 0, members)
		off := slotOf(t, lb, members[1].Name)
		if lb.Uses(0, off) == down || len(lb.AppendEvents(nil)) > 0 {
			t.Errorf("down %v: %v, or somebody panics", down, lb.Standing(0, off))
		}
		for range 6 {
			r := balancer.Request{}
			d := lb.Start(0, &r)
			if d.Kind != balancer.Send || down && d.Ticket.Slot == off {
				t.Errorf("down %v: %+v", down, d)
			}
			lb.Finish(0, &r, d.Ticket, balancer.OK)
		}
	}
	if words := lb.Standing(0, slotOf(t, lb, members[1].Name)); len(words) != 1 || words[0] != "off" {
		t.Error(words)
	}
}
