package sim

import (
	"testing"

	"lbsim/balancer"
	"lbsim/workloads"
)

// layer4 is a farm whose balancers balance the connections of few clients.
func layer4(servers int, c workloads.Clients, algorithm string) *Model {
	m := farm(servers, algorithm)
	m.Horizon = sec(500)
	m.Balancer.Layer = balancer.L4
	m.Clients = &c
	return m
}

// places tells which of its connections, used in turn, a client sends a request on.
type places struct {
	each  int
	turns map[int]int // by client
}

func (p *places) next(client int) [2]int {
	place := [2]int{client, p.turns[client] % p.each}
	p.turns[client]++
	return place
}

// At layer 4 every request on a connection goes to the connection's server, and
// only a new connection asks the balancer: round robin goes round with
// connections.
func TestConnectionsPinToServers(t *testing.T) {
	for _, limit := range []int{0, 1, 4} {
		m := layer4(3, workloads.Clients{Count: 5, Connections: 2, RequestsPerConnection: limit}, "round_robin")
		_, records := byID(t, m, Options{Seed: 1})
		opened := 0
		used, server := map[[2]int]int{}, map[[2]int]int{} // by place: requests on the open connection, its server
		p := places{each: 2, turns: map[int]int{}}
		for _, r := range records {
			place := p.next(r.Client)
			if n := used[place]; n == 0 || n == limit {
				used[place] = 0
				server[place] = opened % 3
				opened++
			}
			used[place]++
			if r.Server != server[place] {
				t.Fatalf("limit %d: request %d of client %d went to server %d, its connection to %d", limit, r.ID, r.Client, r.Server, server[place])
			}
		}
		if limit == 0 && opened != 10 || limit == 1 && opened != len(records) || len(records) < 1000 {
			t.Errorf("limit %d: %d connections for %d requests", limit, opened, len(records))
		}
	}
}

// A new server gets new connections only: none where clients keep theirs, its share
// where they connect anew from time to time. This is why a pool behind layer 4 does
// not even out after it has grown.
func TestNewServerGetsNewConnections(t *testing.T) {
	for _, limit := range []int{0, 5} {
		m := layer4(3, workloads.Clients{Count: 20, RequestsPerConnection: limit}, "least_connections")
		m.Acts = []Act{{At: sec(200), Kind: Add, Add: []Server{{Name: "new", Workers: 1, Queue: Unlimited, Speed: 1, Weight: 1}}}}
		_, records := byID(t, m, Options{Seed: 1})
		got, later := 0, 0
		for _, r := range records {
			if r.Arrival >= sec(300) {
				later++
				if r.Server == 3 {
					got++
				}
			}
		}
		share := float64(got) / float64(later)
		if limit == 0 && got != 0 || limit == 5 && (share < 0.15 || share > 0.35) || later < 300 {
			t.Errorf("limit %d: %d of %d requests went to the new server", limit, got, later)
		}
	}
}

// When a server leaves, its connections close, after the requests on them, and its
// clients connect to others; nobody else moves.
func TestConnectionsToAServerThatLeaves(t *testing.T) {
	m := layer4(3, workloads.Clients{Count: 12, Connections: 2}, "round_robin")
	m.Acts = []Act{{At: sec(200), Kind: Remove, Servers: []int{1}}}
	_, records := byID(t, m, Options{Seed: 1})
	last := map[[2]int]Record{}
	p := places{each: 2, turns: map[int]int{}}
	before, moved := 0, 0
	for _, r := range records {
		place := p.next(r.Client)
		x, ok := last[place]
		last[place] = r
		if r.Outcome != Completed || r.Server == 1 && r.Arrival >= sec(200) {
			t.Fatalf("%+v", r)
		}
		if r.Server == 1 {
			before++
		}
		if ok && x.Server != r.Server {
			moved++
			if x.Server != 1 || r.Arrival < sec(200) {
				t.Fatalf("connection %v moved from server %d to %d at %v", place, x.Server, r.Server, r.Arrival)
			}
		}
	}
	if before < 50 || moved != 8 {
		t.Errorf("%d requests to the server before it left, %d connections moved, want a third of 24", before, moved)
	}
}
