package parity

import (
	"fmt"
	"io"

	"lbsim/balancer"
	"lbsim/random"
)

// Same compares n picks, one after the other.
func (p *Pair) Same(n int, queries func(i int) Query) {
	p.T.Helper()
	var got, want []string
	for i := range n {
		q := queries(i)
		name, x, ticket := p.Expect(q)
		who, body := p.Ask(q)
		p.Drain(body)
		if name != Nobody {
			p.LB.Finish(0, x, ticket, balancer.OK)
		}
		got, want = append(got, who), append(want, name)
	}
	p.compare(got, want)
}

// Holds are the channels of n requests that are held, for Serve.
func Holds(n int) map[string]chan struct{} {
	held := map[string]chan struct{}{}
	for i := range n {
		held[fmt.Sprint(i)] = make(chan struct{})
	}
	return held
}

// open is a request that is held.
type open struct {
	hold    string
	body    io.ReadCloser
	request *balancer.Request
	ticket  balancer.Ticket
}

// Held compares the picks of requests that stay under way and end in another order, most at
// a time.
func (p *Pair) Held(held map[string]chan struct{}, most int) {
	p.T.Helper()
	var all []open
	draws := random.New(1, "held", 0)
	end := func(i int) {
		x := all[i]
		all = append(all[:i], all[i+1:]...)
		close(held[x.hold])
		p.Drain(x.body)
		p.LB.Finish(0, x.request, x.ticket, balancer.OK)
	}
	var got, want []string
	for i := range len(held) {
		q := Query{Hold: fmt.Sprint(i)}
		name, x, ticket := p.Expect(q)
		who, body := p.Ask(q)
		got, want = append(got, who), append(want, name)
		all = append(all, open{q.Hold, body, x, ticket})
		for len(all) > 0 && (len(all) > most || draws.IntN(3) == 0) {
			end(draws.IntN(len(all)))
		}
	}
	for len(all) > 0 {
		end(0)
	}
	p.compare(got, want)
}

// Paths, Headers and Clients are queries that differ by what is hashed of them.
func Paths(i int) Query {
	path := fmt.Sprintf("/items/%d/%x", i, i*i*2654435761)
	return Query{Path: path, Key: path}
}

// Headers are queries whose header X-User is hashed.
func Headers(i int) Query {
	key := fmt.Sprintf("user-%d", i*7919)
	return Query{Key: key, Header: map[string]string{"X-User": key}}
}

// Clients are queries of other clients each.
func Clients(i int) Query {
	return Query{From: fmt.Sprintf("127.%d.%d.%d", i*37%256, i*101%256, 1+i%250)}
}

// Plain are queries of which nothing is hashed.
func Plain(int) Query { return Query{} }

// Failing are queries of which some meet a server that breaks the connection: now and then
// each of those named, more than once in a row, with time to recover between.
func Failing(names ...string) func(i int) Query {
	return func(i int) Query {
		if i%20 < 12 && i%3 > 0 {
			return Query{Fail: names[i/20%len(names)]}
		}
		return Query{}
	}
}
