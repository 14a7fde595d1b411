package sim

import "lbsim/clock"

// pacing makes an open loop's requests come faster or more slowly than its process
// says. Its gaps are stretched, not drawn anew: whatever the rate, the same requests
// come in the same order, so that variants with different rates still meet the same
// work.
type pacing struct {
	factor       float64    // of the rate; 0: it is as declared, and nothing is stretched
	since, meant clock.Time // an instant, and the process's own then
}

// pace makes requests come factor times as fast as declared, from now on.
func (e *engine) pace(factor float64) {
	h, x := &e.pacing, &e.ahead
	meant, was := e.now, 1.0
	if h.factor != 0 {
		was = h.factor
		meant = h.meant + lasting(float64(e.now-h.since)*h.factor)
	}
	for i := x.taken; i < drawnAtOnce; i++ {
		x.at[i] = e.now + lasting(float64(x.at[i]-e.now)*(was/factor))
	}
	*h = pacing{factor: factor, since: e.now, meant: meant}
	e.expect(x.at[x.taken])
}

// stretch puts instants of the process where they come now.
func (h *pacing) stretch(at []clock.Time) {
	for i := range at {
		at[i] = h.since + lasting(float64(at[i]-h.meant)/h.factor)
	}
}
