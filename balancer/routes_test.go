package balancer_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"lbsim/algorithms"
	"lbsim/balancer"
	"lbsim/random"
)

// newRouted returns a balancer with a pool of two endpoints for each name, in which
// affinity holds in the pools that ask for it.
func newRouted(t failer, routes []balancer.Route, pools ...balancer.PoolConfig) *balancer.Balancer {
	t.Helper()
	for i := range pools {
		if pools[i].Algorithm.Spec == nil {
			choice, err := algorithms.Parse("round_robin")
			if err != nil {
				t.Fatal(err)
			}
			pools[i].Algorithm = choice
		}
	}
	lb, err := balancer.New(balancer.Config{Pools: pools, Routes: routes}, random.NewIndex(1, "routes", 0))
	if err != nil {
		t.Fatal(err)
	}
	for i := range pools {
		lb.SetEndpoints(0, balancer.PoolID(i), endpoints(pools[i].Name+"-1", pools[i].Name+"-2"))
	}
	return lb
}

// to is the branches of a route to one pool.
func to(pool balancer.PoolID) []balancer.Branch {
	return []balancer.Branch{{Pool: pool, Share: 1}}
}

// Of several routes that match the most precise counts, wherever in the file it stands
// (Gateway API).
func TestPrecedence(t *testing.T) {
	routes := []balancer.Route{
		{Name: "rest", Branches: to(0)},
		{Name: "prefix /", Match: balancer.Match{PathPrefix: "/"}, Branches: to(0)},
		{Name: "prefix /api", Match: balancer.Match{PathPrefix: "/api"}, Branches: to(0)},
		{Name: "prefix /api/v2", Match: balancer.Match{PathPrefix: "/api/v2/"}, Branches: to(0)},
		{Name: "exact /api/v2", Match: balancer.Match{Path: "/api/v2"}, Branches: to(0)},
		{Name: "post /api", Match: balancer.Match{PathPrefix: "/api", Method: "POST"}, Branches: to(0)},
		{Name: "one header", Match: balancer.Match{PathPrefix: "/api", Headers: []balancer.Header{{Name: "A", Value: "1"}}}, Branches: to(0)},
		{Name: "two headers", Match: balancer.Match{PathPrefix: "/api", Headers: []balancer.Header{{Name: "A", Value: "1"}, {Name: "b", Value: "2"}}}, Branches: to(0)},
		{Name: "same two headers", Match: balancer.Match{PathPrefix: "/api", Headers: []balancer.Header{{Name: "A", Value: "1"}, {Name: "b", Value: "2"}}}, Branches: to(0)},
		{Name: "*.com", Match: balancer.Match{Host: "*.com"}, Branches: to(0)},
		{Name: "*.example.com", Match: balancer.Match{Host: "*.example.com"}, Branches: to(0)},
		{Name: "host", Match: balancer.Match{Host: "a.example.com"}, Branches: to(0)},
		{Name: "start /ap", Match: balancer.Match{PathBegins: "/ap"}, Branches: to(0)},
		{Name: "start /static/", Match: balancer.Match{PathBegins: "/static/"}, Branches: to(0)},
		{Name: "host and path", Match: balancer.Match{Host: "a.example.com", PathPrefix: "/x"}, Branches: to(0)},
	}
	lb := newRouted(t, routes, balancer.PoolConfig{Name: "all"})
	one, two := balancer.Header{Name: "a", Value: "1"}, balancer.Header{Name: "B", Value: "2"}
	for _, c := range []struct {
		about balancer.Attributes
		want  string
	}{
		{balancer.Attributes{}, "rest"},
		{balancer.Attributes{Path: "/else"}, "prefix /"},
		{balancer.Attributes{Path: "/apix"}, "start /ap"},
		{balancer.Attributes{Path: "/static"}, "prefix /"},
		{balancer.Attributes{Path: "/static/a"}, "start /static/"},
		{balancer.Attributes{Path: "/api"}, "prefix /api"},
		{balancer.Attributes{Path: "/api/v1"}, "prefix /api"},
		{balancer.Attributes{Path: "/api/v2"}, "exact /api/v2"},
		{balancer.Attributes{Path: "/api/v2/x", Method: "POST"}, "prefix /api/v2"},
		{balancer.Attributes{Path: "/api/v1", Method: "POST", Headers: []balancer.Header{one, two}}, "post /api"},
		{balancer.Attributes{Path: "/api/v1", Headers: []balancer.Header{one}}, "one header"},
		{balancer.Attributes{Path: "/api/v1", Headers: []balancer.Header{two, one}}, "two headers"},
		{balancer.Attributes{Host: "b.com", Path: "/api"}, "*.com"},
		{balancer.Attributes{Host: "B.Example.COM", Path: "/api"}, "*.example.com"},
		{balancer.Attributes{Host: "example.com"}, "*.com"},
		{balancer.Attributes{Host: "x.a.example.com"}, "*.example.com"},
		{balancer.Attributes{Host: "A.example.com", Path: "/api/v2"}, "host"},
		{balancer.Attributes{Host: "a.example.com", Path: "/x/y"}, "host and path"},
	} {
		r := balancer.Request{About: &c.about}
		lb.Start(0, &r)
		if got := routes[r.Route].Name; got != c.want {
			t.Errorf("%+v: %s, want %s", c.about, got, c.want)
		}
	}
	r := balancer.Request{About: &balancer.Attributes{Host: "a.example.com", Path: "/api"}}
	if n := testing.AllocsPerRun(100, func() { lb.Start(0, &r) }); n > 0 {
		t.Errorf("a request costs %v allocations", n)
	}
}

func TestNoRoute(t *testing.T) {
	lb := newRouted(t, []balancer.Route{{Match: balancer.Match{Path: "/a"}, Branches: to(0)}}, balancer.PoolConfig{Name: "a"})
	for _, about := range []*balancer.Attributes{nil, {Path: "/b"}} {
		r := balancer.Request{About: about}
		if d := lb.Start(0, &r); d.Kind != balancer.Reject || d.Reason.Status() != 404 || r.Route != -1 {
			t.Errorf("%+v, route %d", d, r.Route)
		}
	}
}

// In the order in which they are listed the first that matches counts; a beginning of a path
// is text and no segments.
func TestRoutesInOrder(t *testing.T) {
	turn, err := algorithms.Parse("round_robin")
	if err != nil {
		t.Fatal(err)
	}
	cfg := balancer.Config{Pools: []balancer.PoolConfig{{Name: "all", Algorithm: turn}}, InOrder: true, Routes: []balancer.Route{
		{Name: "begins", Match: balancer.Match{PathBegins: "/api"}, Branches: to(0)},
		{Name: "exact", Match: balancer.Match{Path: "/api/v2"}, Branches: to(0)},
		{Name: "rest", Branches: to(0)},
		{Name: "never", Match: balancer.Match{Host: "a.example.com"}, Branches: to(0)},
	}}
	lb, err := balancer.New(cfg, random.NewIndex(1, "routes", 0))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int32{"/api": 0, "/apix": 0, "/api/v2": 0, "/ap": 2, "": 2} {
		if got := lb.RouteOf(&balancer.Attributes{Host: "a.example.com", Path: path}); got != want {
			t.Errorf("%s: route %d, want %d", path, got, want)
		}
	}
	cfg.InOrder = false
	if lb, err = balancer.New(cfg, random.NewIndex(1, "routes", 0)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int32{"/apix": 0, "/api/v2": 1, "/": 2} {
		if got := lb.RouteOf(&balancer.Attributes{Path: path}); got != want {
			t.Errorf("%s, by precision: route %d, want %d", path, got, want)
		}
	}
}

// A split is drawn for each request by itself: its pool does not depend on when it
// comes. A retry stays in its pool, and so does who has a cookie of one.
func TestSplit(t *testing.T) {
	stable := balancer.PoolConfig{Name: "stable", Retries: &balancer.Retries{Attempts: 3, Statuses: []int{500}}}
	canary := balancer.PoolConfig{Name: "canary", Affinity: cookieFor(0), Retries: stable.Retries}
	routes := []balancer.Route{{Branches: []balancer.Branch{{Pool: 0, Share: 0.9}, {Pool: 1, Share: 0.1}}}}
	forward, backward := newRouted(t, routes, stable, canary), newRouted(t, routes, stable, canary)
	const requests = 10_000
	pools := make([]balancer.PoolID, requests)
	count := 0
	for id := range pools {
		r := balancer.Request{ID: uint64(id), Idempotent: true}
		first := send(t, forward, 0, &r)
		pools[id] = first.Pool
		if d := forward.Finish(0, &r, first, balancer.Error); d.Kind != balancer.Send || d.Ticket.Pool != first.Pool {
			t.Fatalf("tried again: %+v", d)
		}
		count += int(first.Pool)
		if first.Pool == 1 {
			again := balancer.Request{ID: uint64(id) + requests, Cookie: r.Cookie}
			if got := send(t, forward, 0, &again); got.Pool != 1 || got.Slot != mustSlot(t, forward, 1, r.Cookie.Endpoint) {
				t.Fatalf("who had %s gets slot %d of pool %d", r.Cookie.Endpoint, got.Slot, got.Pool)
			}
		}
	}
	for id := requests - 1; id >= 0; id-- {
		r := balancer.Request{ID: uint64(id)}
		if got := send(t, backward, 0, &r).Pool; got != pools[id] {
			t.Fatalf("request %d goes to pool %d, and to %d where it comes at another time", id, pools[id], got)
		}
	}
	// Five standard deviations of Binomial(10000, 0.1).
	if math.Abs(float64(count)-0.1*requests) > 5*math.Sqrt(0.1*0.9*requests) {
		t.Errorf("%d of %d went to the canary", count, requests)
	}
}

func mustSlot(t *testing.T, lb *balancer.Balancer, pool balancer.PoolID, name string) int32 {
	t.Helper()
	slot, ok := lb.Slot(pool, name)
	if !ok {
		t.Fatalf("%s has no slot in pool %d", name, pool)
	}
	return slot
}

// A mirror asks for copies of a share of the requests, by their handles. A copy is load
// for its pool, and is neither routed nor tried again.
func TestMirror(t *testing.T) {
	retries := &balancer.Retries{Attempts: 3, Statuses: []int{500}}
	routes := []balancer.Route{{Branches: to(0), Mirror: &balancer.Mirror{Pool: 1, Ratio: 0.25}}}
	lb := newRouted(t, routes, balancer.PoolConfig{Name: "live", Retries: retries}, balancer.PoolConfig{Name: "shadow", Retries: retries})
	const requests = 10_000
	var handles []uint64
	for id := range uint64(requests) {
		r := balancer.Request{ID: id, Handle: id + 7, Idempotent: true}
		ticket := send(t, lb, 0, &r)
		if ticket.Pool != 0 {
			t.Fatalf("sent to pool %d", ticket.Pool)
		}
		for d := lb.Finish(0, &r, ticket, balancer.Error); d.Kind == balancer.Send; {
			d = lb.Finish(0, &r, d.Ticket, balancer.Error)
		}
		if r.Mirrored {
			if r.MirrorTo != 1 {
				t.Fatalf("mirrored to pool %d", r.MirrorTo)
			}
			handles = append(handles, r.Handle)
			c := balancer.Request{ID: id, Pool: r.MirrorTo, Copied: true, Idempotent: true}
			copied := send(t, lb, 0, &c)
			if copied.Pool != 1 || lb.InFlight(1, copied.Slot) != 1 || lb.Events() {
				t.Fatalf("the copy went to pool %d, %d in flight there", copied.Pool, lb.InFlight(1, copied.Slot))
			}
			if d := lb.Finish(0, &c, copied, balancer.Error); d.Kind != balancer.Finished {
				t.Fatalf("a copy failed: %+v", d)
			}
		}
	}
	if len(slices.Compact(handles)) != len(handles) {
		t.Error("a request is mirrored twice")
	}
	if n := len(handles); math.Abs(float64(n)-0.25*requests) > 5*math.Sqrt(0.25*0.75*requests) {
		t.Errorf("%d of %d were mirrored", n, requests)
	}
}

// A route's rate limits are its own, and stand before those of its pool: a request that
// the pool does not let through costs its route nothing, and the other way round.
func TestRateLimitsOfRoutes(t *testing.T) {
	each := func(tokens int64, burst int) []balancer.RateLimit {
		return []balancer.RateLimit{{Tokens: tokens, Per: time.Second, Burst: burst}}
	}
	routes := []balancer.Route{
		{Name: "login", Match: balancer.Match{Path: "/login"}, Branches: to(0), Rates: each(1, 2)},
		{Name: "search", Match: balancer.Match{Path: "/search"}, Branches: to(0), Rates: each(1, 5)},
		{Name: "rest", Branches: to(0)},
	}
	lb := newRouted(t, routes, balancer.PoolConfig{Name: "all", Limits: &balancer.Limits{Rates: each(1, 6)}})
	for i, step := range []struct {
		at   float64
		path string
		want balancer.Reason
	}{
		{0, "/login", 0}, {0, "/login", 0}, {0, "/login", balancer.RouteLimited}, // 4 left in the pool
		{0, "/search", 0}, {0, "/", 0}, {0, "/search", 0}, {0, "/search", 0}, // none left
		{0, "/", balancer.RateLimited}, {0, "/search", balancer.RateLimited},
		{1, "/login", 0}, {1, "/search", balancer.RateLimited},
		{2, "/login", 0}, {3, "/search", 0}, {4, "/search", 0}, {5, "/search", 0}, {6, "/search", 0},
	} {
		r := balancer.Request{About: &balancer.Attributes{Path: step.path}}
		if d := lb.Start(seconds(step.at), &r); d.Reason != step.want || (d.Kind == balancer.Reject) != (step.want != 0) || step.want != 0 && step.want.Status() != 429 {
			t.Errorf("step %d: %+v, want %v", i, d, step.want)
		}
	}
}

// What a rate limit rejects is not mirrored, and what it delays is when its time has come.
func TestMirrorOfWhatComesThrough(t *testing.T) {
	routes := []balancer.Route{{Branches: to(0), Mirror: &balancer.Mirror{Pool: 1, Ratio: 1},
		Rates: []balancer.RateLimit{{Tokens: 10, Per: time.Second, Burst: 1, Rule: balancer.LeakyBucket}}}}
	lb := newRouted(t, routes, balancer.PoolConfig{Name: "live"}, balancer.PoolConfig{Name: "shadow"})
	first, second, third := balancer.Request{ID: 1}, balancer.Request{ID: 2}, balancer.Request{ID: 3}
	for _, step := range []struct {
		r        *balancer.Request
		at       float64
		want     balancer.DecisionKind
		mirrored bool
	}{
		{&first, 0, balancer.Send, true},
		{&second, 0, balancer.WaitUntil, false},
		{&third, 0, balancer.Reject, false},
		{&second, 0.1, balancer.Send, true},
	} {
		if d := lb.Start(seconds(step.at), step.r); d.Kind != step.want || step.r.Mirrored != step.mirrored {
			t.Errorf("request %d at %v: %+v, mirrored: %v", step.r.ID, step.at, d, step.r.Mirrored)
		}
	}
}

func TestImpossibleRoutes(t *testing.T) {
	choice, err := algorithms.Parse("round_robin")
	if err != nil {
		t.Fatal(err)
	}
	for want, route := range map[string]balancer.Route{
		"balancer: route r leads nowhere":                                 {Name: "r"},
		"balancer: route r leads to a pool that is not there":             {Name: "r", Branches: to(1)},
		"balancer: route r mirrors to a pool that is not there":           {Name: "r", Branches: to(0), Mirror: &balancer.Mirror{Pool: 3, Ratio: 1}},
		"balancer: route r2 leads nowhere":                                {Name: "r2", Branches: []balancer.Branch{{Pool: 0}}},
		"balancer: route r4: a rate limit of 0 each 1s with a burst of 1": {Name: "r4", Branches: to(0), Rates: []balancer.RateLimit{{Per: time.Second, Burst: 1}}},
		"balancer: route r3 leads to a pool that is not there":            {Name: "r3", Branches: []balancer.Branch{{Pool: 0, Share: -1}}},
	} {
		_, err := balancer.New(balancer.Config{Pools: []balancer.PoolConfig{{Algorithm: choice}}, Routes: []balancer.Route{route}}, random.NewIndex(1, "", 0))
		if fmt.Sprint(err) != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
