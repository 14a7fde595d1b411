package balancer_test

import (
	"testing"
	"time"

	"lbsim/balancer"
	"lbsim/clock"
)

func cookieFor(ttl time.Duration) *balancer.Affinity {
	return &balancer.Affinity{Cookie: "LB", TTL: ttl}
}

// A client without a cookie gets one, with the name of the endpoint that the
// algorithm chose; with it the client comes back there, around the algorithm.
func TestAffinityGoesAroundTheAlgorithm(t *testing.T) {
	every(t, func(t *testing.T, text string) {
		lb := newBalancer(t, cookieFor(0), text)
		eps := numbered(8)
		lb.SetEndpoints(0, 0, eps)
		for client := range 20 {
			r := &balancer.Request{}
			r.Key, r.HasKey = uint64(client)*0x9e3779b97f4a7c15, true
			home := send(t, lb, 0, r)
			if !r.SetCookie || eps[home.Slot].Name != r.Cookie.Endpoint {
				t.Fatalf("sent to %s with cookie %+v, set %v", eps[home.Slot].Name, r.Cookie, r.SetCookie)
			}
			r.SetCookie = false
			for range 10 {
				r.Key += 0x9e3779b97f4a7c15
				if again := send(t, lb, 0, r); again.Slot != home.Slot || r.SetCookie {
					t.Fatalf("sent to %d instead of %d, new cookie %v", again.Slot, home.Slot, r.SetCookie)
				}
			}
		}
	})
}

// A cookie lives from when it was set, and use does not renew it: it is in force
// until just before its TTL, and at it no more.
func TestCookieExpires(t *testing.T) {
	const ttl = 10 * time.Second
	for _, c := range []struct {
		name string
		ttl  time.Duration
		at   clock.Time
		kept bool
	}{
		{"at once", ttl, seconds(2), true},
		{"just before the end", ttl, seconds(12) - 1, true},
		{"at the end", ttl, seconds(12), false},
		{"long after", ttl, seconds(1e6), false},
		{"for the session, long after", 0, seconds(1e9), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			lb := newBalancer(t, cookieFor(c.ttl), "round_robin")
			lb.SetEndpoints(0, 0, numbered(3))
			r := &balancer.Request{}
			first := send(t, lb, seconds(2), r)
			set := r.Cookie
			for _, at := range []clock.Time{seconds(2), min(seconds(7), c.at), c.at} {
				r.SetCookie = false
				last := send(t, lb, at, r)
				if at < c.at || c.kept {
					if r.SetCookie || r.Cookie != set || last.Slot != first.Slot {
						t.Errorf("at %v: slot %d, cookie %+v (set: %v); want slot %d, %+v", at, last.Slot, r.Cookie, r.SetCookie, first.Slot, set)
					}
				} else if !r.SetCookie || r.Cookie.Expires != at.Add(c.ttl) || last.Slot == first.Slot {
					t.Errorf("at %v: slot %d, cookie %+v (set: %v); want another slot and a new life", at, last.Slot, r.Cookie, r.SetCookie)
				}
			}
		})
	}
}

// A cookie for an endpoint that is gone is as if it were not there, and the new
// one stays in force when the old endpoint comes back.
func TestCookieOfAnEndpointThatLeft(t *testing.T) {
	lb := newBalancer(t, cookieFor(time.Hour), "round_robin")
	r := &balancer.Request{}
	for i, step := range []struct {
		members []balancer.Endpoint
		home    string
		set     bool
	}{
		{endpoints("a", "b"), "a", true},
		{endpoints("a", "b", "c"), "a", false},
		{endpoints("b", "c"), "b", true},
		{endpoints("a", "b", "c"), "b", false},
		{endpoints("a"), "a", true},
	} {
		now := clock.Time(i)
		lb.SetEndpoints(now, 0, step.members)
		r.SetCookie = false
		ticket := send(t, lb, now, r)
		if r.Cookie.Endpoint != step.home || r.SetCookie != step.set || ticket.Slot != slotOf(t, lb, step.home) {
			t.Errorf("step %d: slot %d, cookie %+v, set %v; want %s, %v", i, ticket.Slot, r.Cookie, r.SetCookie, step.home, step.set)
		}
	}
}

// A retry leaves the endpoint that failed, and takes the client's home with it;
// where there is no other endpoint it stays.
func TestRetryLeavesItsHome(t *testing.T) {
	every(t, func(t *testing.T, text string) {
		lb := newBalancer(t, cookieFor(time.Hour), text)
		lb.SetEndpoints(0, 0, numbered(4))
		r := &balancer.Request{}
		home := send(t, lb, 0, r)
		r.Attempt, r.SetCookie = 1, false
		r.Tried.Add(home.Slot)
		if retry := send(t, lb, 1, r); retry.Slot == home.Slot || !r.SetCookie {
			t.Errorf("retry at slot %d after %d, new cookie: %v", retry.Slot, home.Slot, r.SetCookie)
		}

		lb = newBalancer(t, cookieFor(time.Hour), text)
		lb.SetEndpoints(0, 0, numbered(1))
		r = &balancer.Request{}
		send(t, lb, 0, r)
		set := r.Cookie
		r.Attempt, r.SetCookie = 1, false
		r.Tried.Add(0)
		if send(t, lb, 1, r); r.SetCookie || r.Cookie != set {
			t.Errorf("a retry with nowhere else to go got cookie %+v for %+v", r.Cookie, set)
		}
	})
}

// Under strict affinity a request whose cookie is in force goes to its endpoint or
// nowhere: not while that is gone, not in a retry. Without a cookie, or with one that
// has expired, it is as any other.
func TestStrictAffinity(t *testing.T) {
	strict := &balancer.Affinity{Cookie: "LB", TTL: time.Minute, Strict: true}
	lb := newBalancer(t, strict, "round_robin")
	lb.SetEndpoints(0, 0, endpoints("a", "b"))
	r := &balancer.Request{}
	if send(t, lb, 0, r); r.Cookie.Endpoint != "a" {
		t.Fatalf("the first goes to %s", r.Cookie.Endpoint)
	}
	rejected := balancer.Decision{Kind: balancer.Reject, Reason: balancer.AffinityLost}
	for i, step := range []struct {
		at      clock.Time
		members []balancer.Endpoint
		want    string // "": rejected
	}{
		{seconds(1), endpoints("b"), ""},
		{seconds(2), endpoints("a", "b"), "a"},
		{seconds(3), endpoints("b", "c"), ""},
		{seconds(60), endpoints("b", "c"), "b"},
	} {
		lb.SetEndpoints(step.at, 0, step.members)
		d := lb.Start(step.at, r)
		switch {
		case step.want == "" && (d != rejected || d.Reason.Status() != 503):
			t.Errorf("step %d: %+v, want %+v", i, d, rejected)
		case step.want != "" && (d.Kind != balancer.Send || r.Cookie.Endpoint != step.want || d.Ticket.Slot != slotOf(t, lb, step.want)):
			t.Errorf("step %d: %+v with cookie for %s, want %s", i, d, r.Cookie.Endpoint, step.want)
		}
	}
	if d := lb.Start(seconds(61), &balancer.Request{}); d.Kind != balancer.Send {
		t.Errorf("without a cookie: %+v", d)
	}
	r.Attempt = 1
	r.Tried.Add(slotOf(t, lb, "b"))
	if d := lb.Start(seconds(62), r); d.Ticket.Slot != slotOf(t, lb, "b") {
		t.Errorf("a retry leaves its endpoint: %+v", d)
	}
}
