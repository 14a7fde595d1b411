package workloads

import (
	"math"
	"net/netip"

	"lbsim/random"
)

// OnTimeout says what a client does to a request that it has given up.
type OnTimeout uint8

const (
	// Cancel closes the connection: the request leaves its queue, or its server.
	Cancel OnTimeout = iota
	// Abandon leaves it: the servers go on working for nobody.
	Abandon
)

var onTimeoutNames = []string{"cancel", "abandon"}

func (o OnTimeout) String() string { return onTimeoutNames[o] }

// NATSpec puts Clients of all clients behind one address, from which a Share of
// all requests comes: an office, a carrier or a crawler.
type NATSpec struct{ Clients, Share *float64 }

// ClientSpec is the population of clients as a scenario writes it. Times are in
// seconds; nil means not given.
type ClientSpec struct {
	Count                 *float64           // default 1000
	Connections           *float64           // of one client at a time; default 1
	RequestsPerConnection *float64           // then the client connects anew; default: never
	Timeout               *float64           // from the send, of each attempt; default: none
	Patience              *DistributionSpec  // time a client waits in a queue; default: without end
	OnTimeout             string             // "", "cancel" or "abandon"
	Retries               *ClientRetriesSpec // that the client itself makes; default: none
	Roam                  *float64           // mean time a client keeps an address; default: for ever
	NAT                   *NATSpec
}

var clientParameters = []Parameter{
	{"count", Count, "number of clients (1000 when not given)"},
	{"connections", Count, "connections that a client keeps (1 when not given)"},
	{"requests_per_connection", Count, "after so many requests a client connects anew (never when not given)"},
	{"timeout", Seconds, "how long a client waits for an answer, from its send; with retries, to each attempt (for ever when not given)"},
	{"patience", Law, "how long a client waits in a queue (for ever when not given)"},
	{"on_timeout", Word, "cancel: the request is withdrawn; abandon: the servers go on with it"},
	{"retries", List, "how a client itself sends a request again that came to nothing (not at all when not given)"},
	{"roam", Seconds, "mean time after which a client changes its address (never when not given)"},
	{"nat", List, "{clients, share}: so many clients share one address, from which this share of the requests comes"},
}

// ClientParameters describes the parameters of clients.
func ClientParameters() []Parameter { return append([]Parameter(nil), clientParameters...) }

// Clients is a population of clients. It is immutable.
type Clients struct {
	Count                 int
	Connections           int
	RequestsPerConnection int          // 0: without limit
	Timeout               float64      // seconds, 0: none
	Patience              Distribution // nil: without end
	OnTimeout             OnTimeout
	Retries               *ClientRetries // nil: none
	Roam                  float64        // seconds, 0: never
	// The first NATClients clients share one address and send NATShare of all
	// requests; each group divides its own evenly.
	NATClients int
	NATShare   float64
}

// addresses is the number that clients are spread over: 65,536 networks of /24 in
// 10.0.0.0/8, with hosts 1 to 254 in each.
const addresses = 65536 * 254

// Build returns the clients that s describes, with errors as
// DistributionSpec.Build has them.
func (s ClientSpec) Build() (*Clients, error) {
	c := &Clients{Count: 1000, Connections: 1, Timeout: valueOr(s.Timeout, 0), Roam: valueOr(s.Roam, 0)}
	err := first(
		wholeOr("count", s.Count, 1, addresses-1, &c.Count),
		wholeOr("connections", s.Connections, 1, 1e6, &c.Connections),
		wholeOr("requests_per_connection", s.RequestsPerConnection, 1, 1e9, &c.RequestsPerConnection),
	)
	if err == nil && s.Timeout != nil {
		err = positive("timeout", c.Timeout)
	}
	if err == nil && s.Roam != nil {
		err = positive("roam", c.Roam)
	}
	switch s.OnTimeout {
	case "", "cancel":
	case "abandon":
		c.OnTimeout = Abandon
	default:
		err = first(err, unknown("on_timeout", s.OnTimeout, onTimeoutNames))
	}
	if err == nil && s.Patience != nil {
		c.Patience, err = s.Patience.Build()
	}
	if err == nil && s.Retries != nil {
		c.Retries, err = s.Retries.Build()
		if s.Patience != nil {
			err = first(err, &ParameterError{Name: "retries", Rule: "contradicts patience: who has lost it does not come back, give a timeout instead"})
		}
	}
	if err == nil && s.NAT != nil {
		err = s.NAT.build(c)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (s *NATSpec) build(c *Clients) error {
	if s.Clients == nil || s.Share == nil {
		return &ParameterError{Name: "nat", Rule: "takes clients and share, both"}
	}
	c.NATShare = *s.Share
	return first(
		wholeOr("nat.clients", s.Clients, 1, float64(c.Count-1), &c.NATClients),
		within("nat.share", c.NATShare, 0, 1),
	)
}

// wholeOr sets whole to value, a whole number within [low, high], unless nil.
func wholeOr(name string, value *float64, low, high float64, whole *int) error {
	if value == nil {
		return nil
	}
	if *value != math.Trunc(*value) {
		return broken(name, *value, "must be a whole number")
	}
	*whole = int(*value)
	return within(name, *value, low, high)
}

// Choose returns the client of the next request, drawn from src in constant time.
func (c *Clients) Choose(src *random.Source) int {
	if c.NATClients == 0 {
		return src.IntN(c.Count)
	}
	if src.Float64() < c.NATShare {
		return src.IntN(c.NATClients)
	}
	return c.NATClients + src.IntN(c.Count-c.NATClients)
}

// Address returns the IPv4 address of a client after it has moved so many times:
// 0 is the address it begins with. It takes constant time and no memory. Clients
// are spread over as many /24 networks as there are, up to 65,536, and have
// addresses of their own until they move, but for those behind NAT, which share
// one that nobody else has and do not move.
func (c *Clients) Address(client, moves int) netip.Addr {
	if client < c.NATClients {
		client, moves = 0, 0
	}
	slot := (uint64(client) + uint64(moves)*slotsPerMove) % addresses
	if moves > 0 && slot == 0 && c.NATClients > 0 { // the NAT's
		slot = addresses - 1
	}
	// An odd multiple modulo a power of two is a bijection; this one goes round by
	// the golden ratio, so that few clients are as far apart as many.
	const networks, stride = 65536, 40503
	network := slot % networks * stride % networks
	host := 1 + (slot%networks+slot/networks)%254
	return netip.AddrFrom4([4]byte{10, byte(network >> 8), byte(network), byte(host)})
}

// slotsPerMove takes a roaming client far from the first addresses of all
// populations below some millions.
const slotsPerMove = 5_000_011
