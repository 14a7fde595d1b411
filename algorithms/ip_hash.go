package algorithms

import (
	"errors"
	"math"
	"net/netip"

	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:        "ip_hash",
		Aliases:     []string{"source", "source_ip"},
		Title:       "IP hash",
		Summary:     "The endpoint that the client's address hashes to: of IPv4 the first three octets, of IPv6 all sixteen (profile haproxy: of both all).",
		Use:         "Keeping clients on their endpoint without cookies, when there are many of them behind many networks.",
		Avoid:       "Clients behind one address or network (NAT, an office, a proxy in front): all of them go to one endpoint. Pools that change: a change of members moves most clients.",
		Cost:        "O(log n); on the way to a retry's or an unready endpoint's replacement at most 20 times that. profile haproxy: O(1), and on the first pick after a change as modulo and ring_hash with that profile",
		Source:      "NGINX ngx_http_upstream_ip_hash_module.c; HAProxy backend.c, get_server_sh, for haproxy",
		Weighted:    true,
		NeedsClient: true,
		Params: []Param{{
			Name: "bits", Type: Word, Default: "24", Words: []string{"24", "32"},
			Doc: "how much of an IPv4 address counts: 24, the /24 network (NGINX), or 32, the whole address. There are 6271 hash values either way",
		}, {
			Name: "profile", Type: Word, Default: "nginx", Words: []string{"nginx", "haproxy"},
			Doc: "nginx: ip_hash; haproxy: balance source, of the whole address",
		}, {
			Name: "table", Type: Word, Default: "map", Words: []string{"map", "ring"},
			Doc: "profile haproxy: hash-type map-based, or consistent (ring)",
		}, avalancheParam},
		New: func(v Values, _ random.Source) (Picker, error) {
			switch haproxy := v.Text("profile") == "haproxy"; {
			case haproxy && v.anySet("bits"):
				return nil, errors.New("ip_hash: bits is a parameter of profile nginx")
			case haproxy:
				return newSourceHash(v), nil
			case v.anySet("table", "avalanche"):
				return nil, errors.New("ip_hash: table and avalanche are parameters of profile haproxy")
			}
			p := &ipHash{octets: 3}
			if v.Text("bits") == "32" {
				p.octets = 4
			}
			return p, nil
		},
	})
}

// ipHash is NGINX's ip_hash. From h = 89, each octet gives
// h := (113 h + octet) mod 6271, and h mod total weight is a place on the line of
// all members' declared weights, in order of slots, ready or not. If the member
// there can't be picked, the octets are hashed again from the h there is; after 20
// times in vain, or with one member, smooth weighted round robin decides. A request
// without an address has three octets of 0, as NGINX has for a Unix socket.
//
// NGINX walks over the weights; here their sums are searched. Weights that are not
// whole, which NGINX does not have, take the place (h + 1/2)/6271 of the total.
type ipHash struct {
	octets  int
	line    weightLine // by slot
	members int
	turn    smoothSchedule
}

const (
	ipHashSeed   = 89
	ipHashFactor = 113
	ipHashValues = 6271
	ipHashAgain  = 20
)

func (p *ipHash) Rebuilt(s *Set) {
	p.turn.Rebuilt(s)
	p.line.reset()
	p.members = 0
	for _, m := range s.Members {
		p.line.add(m.Weight) // of a vacant slot 0
		if m.Key != "" {
			p.members++
		}
	}
}

func (p *ipHash) Changed(s *Set, slot int32, what Change) { p.turn.Changed(s, slot, what) }

func (p *ipHash) Pick(now clock.Time, s *Set, r *Request) int32 {
	if p.members < 2 {
		return p.turn.Pick(now, s, r)
	}
	address, n := p.address(r.Client)
	avoid := r.Tried.Len() > 0 && r.Tried.Untried(s)
	h := ipHashSeed
	for range 1 + ipHashAgain {
		for _, octet := range address[:n] {
			h = (h*ipHashFactor + int(octet)) % ipHashValues
		}
		if slot := p.at(h); s.IsReady(slot) && !(avoid && r.Tried.Has(slot)) {
			return slot
		}
	}
	return p.turn.Pick(now, s, r)
}

// address returns the octets of client that count, and how many they are.
func (p *ipHash) address(client netip.Addr) (octets [16]byte, n int) {
	client = client.Unmap()
	switch {
	case client.Is4():
		v4 := client.As4()
		copy(octets[:], v4[:])
		return octets, p.octets
	case client.Is6():
		return client.As16(), 16
	}
	return octets, 3
}

// at returns the slot that hash value h falls to.
func (p *ipHash) at(h int) int32 {
	total := p.line.total()
	place := math.Mod(float64(h), total)
	if !p.line.whole {
		place = float64((float64(h) + 0.5) / ipHashValues * total)
	}
	return int32(p.line.at(place))
}

// sourceHashing is HAProxy's `balance source`: the client's address looked up in the
// table, or on the ring, of hash-type. Its function is not used.
type sourceHashing struct {
	haproxyTable
	avalanche bool
	fit       fit // here because the table is an interface
}

// haproxyTable is what HAProxy looks hashes up in.
type haproxyTable interface {
	keyed
	Sized
}

func newSourceHash(v Values) *sourceHashing {
	ring := v.Text("table") == "ring"
	p := &sourceHashing{haproxyTable: &haproxyMap{}, avalanche: mixes(v, ring)}
	if ring {
		p.haproxyTable = &haproxyRing{}
	}
	return p
}

func (p *sourceHashing) Pick(now clock.Time, s *Set, r *Request) int32 {
	h := sourceHash(r.Client)
	if p.avalanche {
		h = avalanche(h)
	}
	p.fit = fitFor(s, r)
	if slot := p.find(uint64(h), &p.fit); slot >= 0 {
		return slot
	}
	return p.haproxyTable.Pick(now, s, r)
}
