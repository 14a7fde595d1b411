package nginx_test

import (
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"lbsim/balancer"
	"lbsim/config/foreign/parity"
)

const (
	equal = "server {a}; server {b}; server {c}; server {d};"
	three = "server {a} weight=5; server {b}; server {c};"
	five  = "server {a}; server {b} weight=3; server {c}; server {d} weight=7; server {e} weight=100;"
)

// Real NGINX and lbsim pick the same servers, request by request.
func TestPicksAsNGINX(t *testing.T) {
	if !installed(t) {
		return
	}
	plain, paths, headers, clients := parity.Plain, parity.Paths, parity.Headers, parity.Clients
	for _, c := range []struct {
		name, upstream string
		queries        func(i int) parity.Query
	}{
		{"round robin", equal, plain},
		{"round robin 5 1 1", three, plain},
		{"round robin 1 3 1 7 100", five, plain},
		{"round robin, one down", "server {a} weight=2; server {b} down; server {c};", plain},
		{"round robin and backups", three + "server {y} backup; server {z} backup;", plain},
		{"one server", "server {a};", plain},
		{"ip_hash", "ip_hash;" + equal, clients},
		{"ip_hash 5 1 1", "ip_hash;" + three, clients},
		{"ip_hash 1 3 1 7 100", "ip_hash;" + five, clients},
		{"ip_hash, one down", "ip_hash; server {a}; server {b} down; server {c};", clients},
		{"hash", "hash $request_uri;" + equal, paths},
		{"hash 1 3 1 7 100", "hash $request_uri;" + five, paths},
		{"hash, one down", "hash $request_uri; server {a}; server {b} down; server {c} weight=2;", paths},
		{"hash of a header", "hash $http_x_user;" + three, headers},
		{"hash consistent", "hash $request_uri consistent;" + equal, paths},
		{"hash consistent 1 3 1 7 100", "hash $request_uri consistent;" + five, paths},
		{"hash consistent, one down", "hash $http_x_user consistent; server {a}; server {b} down; server {c} weight=2;", headers},
		{"least_conn, idle", "least_conn;" + equal, plain},
		{"least_conn, idle, 5 1 1", "least_conn;" + three, plain},
		{"least_conn, idle, 1 3 1 7 100", "least_conn;" + five, plain},

		// A server that refuses is tried, then the next; after max_fails it is out for longer
		// than the test.
		{"one refuses", "server {a} fail_timeout=1h; server {-} fail_timeout=1h; server {c} fail_timeout=1h;", plain},
		{"one refuses, never out", "server {a} max_fails=0; server {-} max_fails=0; server {c} max_fails=0;", plain},
		{"one refuses, three times", "server {a} max_fails=3 fail_timeout=1h; server {-} max_fails=3 fail_timeout=1h; server {c} max_fails=3 fail_timeout=1h;", plain},
		{"all but the backup refuse", "server {-} fail_timeout=1h; server {-} fail_timeout=1h; server {z} backup;", plain},
		{"all refuse", "server {-} fail_timeout=1h; server {-} fail_timeout=1h;", plain},
		{"ip_hash, one refuses", "ip_hash; server {a} fail_timeout=1h; server {-} fail_timeout=1h; server {c} fail_timeout=1h;", clients},
		{"hash, one refuses", "hash $request_uri; server {a} fail_timeout=1h; server {-} fail_timeout=1h; server {c} fail_timeout=1h;", paths},
		{"hash consistent, one refuses", "hash $http_x_user consistent; server {a} fail_timeout=1h; server {-} fail_timeout=1h; server {c} fail_timeout=1h; server {d} fail_timeout=1h;", headers},
		{"least_conn, one refuses", "least_conn; server {a} weight=2 fail_timeout=1h; server {-} weight=2 fail_timeout=1h; server {c} fail_timeout=1h;", plain},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			start(t, c.upstream, nil).Same(120, c.queries)
		})
	}
}

// A server that fails counts for less for a while, by its weight / max_fails, and comes back
// by one with each pick, in NGINX and in lbsim.
func TestRecoversAsNGINX(t *testing.T) {
	if !installed(t) {
		return
	}
	for _, upstream := range []string{
		"server {a} weight=9 max_fails=1000 fail_timeout=1h; server {b} weight=9 max_fails=1000 fail_timeout=1h; server {c} weight=9 max_fails=1000 fail_timeout=1h;",
		"server {a} weight=600 max_fails=60 fail_timeout=1h; server {b} weight=300 max_fails=60 fail_timeout=1h; server {c} weight=200 max_fails=60 fail_timeout=1h;",
		"least_conn; server {a} weight=180 max_fails=60 fail_timeout=1h; server {b} weight=180 max_fails=60 fail_timeout=1h; server {c} weight=600 max_fails=60 fail_timeout=1h;",
		"server {a} weight=9 max_fails=3 fail_timeout=1h; server {b} weight=7 max_fails=3 fail_timeout=1h; server {c} weight=5 max_fails=3 fail_timeout=1h;",
	} {
		t.Run(strings.NewReplacer("{", "", "}", "", ";", "").Replace(upstream), func(t *testing.T) {
			t.Parallel()
			start(t, upstream, nil).Same(200, parity.Failing("a", "c"))
		})
	}
}

// least_conn with requests that stay under way and end in another order: the least of each
// moment, and whose turn it is of those that are equal.
func TestLeastConnAsNGINX(t *testing.T) {
	if !installed(t) {
		return
	}
	for _, upstream := range []string{equal, three, "server {a} weight=2 max_conns=3; server {b} max_conns=3; server {c} weight=3 max_conns=3;"} {
		t.Run(strings.NewReplacer("{", "", "}", "", ";", "").Replace(upstream), func(t *testing.T) {
			t.Parallel()
			held := parity.Holds(80)
			start(t, "least_conn;"+upstream, held).Held(held, 7)
		})
	}
}

// What is drawn is not the same, but follows the same law. Both are held to it by a
// chi-squared test: NGINX, which is seeded by the time, at a level of 1e-9, so that in a
// thousand years of daily runs it fails by chance with a probability of 4e-4 or so.
func TestRandomAsNGINX(t *testing.T) {
	if !installed(t) {
		return
	}
	weights := map[string]float64{"a": 1, "b": 2, "c": 5}
	const servers = "server {a}; server {b} weight=2; server {c} weight=5;"
	second := map[string]float64{} // of two distinct ones, idle, the last drawn
	for i, w := range weights {
		for j, v := range weights {
			if i != j {
				second[j] += w / 8 * v / (8 - w)
			}
		}
	}
	for _, c := range []struct {
		upstream string
		law      map[string]float64
	}{
		{"random;", map[string]float64{"a": 1. / 8, "b": 2. / 8, "c": 5. / 8}},
		{"random two;", second},
		{"random two least_conn;", second},
	} {
		t.Run(strings.TrimSuffix(c.upstream, ";"), func(t *testing.T) {
			t.Parallel()
			const n = 1500
			r := start(t, c.upstream+servers, nil)
			ours, theirs := map[string]float64{}, map[string]float64{}
			for range n {
				name, x, ticket := r.Expect(parity.Query{})
				ours[name]++
				r.LB.Finish(0, x, ticket, balancer.OK)
				who, body := r.Ask(parity.Query{})
				r.Drain(body)
				theirs[who]++
			}
			limit := distuv.ChiSquared{K: float64(len(c.law) - 1)}.Quantile(1 - 1e-9)
			for who, counts := range map[string]map[string]float64{"NGINX": theirs, "lbsim": ours} {
				x := 0.0
				for name, p := range c.law {
					d := counts[name] - n*p
					x += d * d / (n * p)
				}
				if x > limit {
					t.Errorf("%s: %v of %d, chi-squared %.1f above %.1f: not by %v", who, counts, n, x, limit, c.law)
				}
			}
		})
	}
}
