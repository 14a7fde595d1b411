package haproxy_test

import (
	"testing"

	"lbsim/config/foreign/parity"
)

// Real HAProxy and lbsim pick the same servers, request by request.
func TestPicksAsHAProxy(t *testing.T) {
	if !installed(t) {
		return
	}
	plain, paths, headers, clients := parity.Plain, parity.Paths, parity.Headers, parity.Clients
	const three = "    server a {a} weight 5\n    server b {b} weight 1\n    server c {c} weight 1\n"
	const five = "    server a {a}\n    server b {b} weight 3\n    server c {c}\n    server d {d} weight 7\n    server e {e} weight 100\n"
	const out = "    server a {a} weight 4\n    server b {b} disabled weight 6\n    server c {c} weight 2\n    server d {d} weight 0\n    server e {e} weight 8\n"
	const equal = "    server a {a}\n    server b {b}\n    server c {c}\n    server d {d}\n"
	for _, c := range []struct {
		name, backend string
		queries       func(i int) parity.Query
	}{
		{"roundrobin", "    balance roundrobin\n" + equal, plain},
		{"roundrobin 5 1 1", "    balance roundrobin\n" + three, plain},
		{"roundrobin by default", three, plain},
		{"roundrobin 1 3 1 7 100", "    balance roundrobin\n" + five, plain},
		{"roundrobin and a backup", "    balance roundrobin\n" + three + "    server z {z} backup\n", plain},
		{"static-rr", "    balance static-rr\n" + equal, plain},
		{"static-rr 5 1 1", "    balance static-rr\n" + three, plain},
		{"static-rr 1 3 1 7 100", "    balance static-rr\n" + five, plain},
		{"first", "    balance first\n    default-server maxconn 100\n" + equal, plain},
		{"leastconn, idle", "    balance leastconn\n" + three, plain},
		{"source", "    balance source\n" + equal, clients},
		{"source 1 3 1 7 100", "    balance source\n" + five, clients},
		{"source, avalanche", "    balance source\n    hash-type map-based sdbm avalanche\n" + five, clients},
		{"source, consistent", "    balance source\n    hash-type consistent\n" + five, clients},
		{"source, consistent, no avalanche", "    balance source\n    hash-type consistent crc32\n" + equal, clients},
		{"uri", "    balance uri\n" + equal, paths},
		{"uri 5 1 1", "    balance uri\n" + three, paths},
		{"uri, djb2", "    balance uri\n    hash-type map-based djb2\n" + five, paths},
		{"uri, wt6 avalanche", "    balance uri\n    hash-type map-based wt6 avalanche\n" + five, paths},
		{"uri, crc32", "    balance uri\n    hash-type map-based crc32\n" + five, paths},
		{"uri, consistent", "    balance uri\n    hash-type consistent\n" + five, paths},
		{"uri, consistent wt6", "    balance uri\n    hash-type consistent wt6\n" + five, paths},
		{"uri, consistent djb2 avalanche", "    balance uri\n    hash-type consistent djb2 avalanche\n" + equal, paths},
		{"uri, bounded", "    balance uri\n    hash-type consistent\n    hash-balance-factor 150\n" + five, paths},
		{"roundrobin, some out", "    balance roundrobin\n" + out, plain},
		{"static-rr, some out", "    balance static-rr\n" + out, plain},
		{"uri, some out", "    balance uri\n" + out, paths},
		{"uri, consistent, some out", "    balance uri\n    hash-type consistent\n" + out, paths},
		{"hdr", "    balance hdr(X-User)\n" + five, headers},
		{"hdr, consistent", "    balance hdr(X-User)\n    hash-type consistent\n" + five, headers},
		{"hdr that is missing", "    balance hdr(X-User)\n" + five, plain},
		{"hdr that is missing, consistent", "    balance hdr(X-User)\n    hash-type consistent\n" + three, plain},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			start(t, c.backend, nil).Same(120, c.queries)
		})
	}
}
