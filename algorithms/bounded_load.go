package algorithms

import (
	"errors"

	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:        "bounded_load",
		Aliases:     []string{"consistent_hash_bounded", "chbl"},
		Title:       "Bounded loads",
		Summary:     "The endpoint of the request's key by a consistent hash, or the next one that has fewer than its share of the requests in flight, times a factor.",
		Use:         "Keys that should stay on their endpoint, where some are so hot that it would be overloaded: what it can't take goes to the key's next endpoints.",
		Avoid:       "Keys that must not leave their endpoint. Factors close to 1: keys scatter, and a search for room is long.",
		Cost:        "that of the method beneath, and factor/(factor - 1) further members in expectation of many keys, or all that a hot key has filled; O(1) for a start or finish, O(n) on the first pick after a change of readiness or weight",
		Source:      "Mirrokni, Thorup & Zadimoghaddam, SODA 2018; HAProxy lb_chash.c (hash-balance-factor); Envoy thread_aware_lb_impl.cc (hash_balance_factor)",
		Weighted:    true,
		WatchesLoad: true,
		NeedsKey:    true,
		Params: []Param{
			{Name: "over", Type: Word, Default: "ring_hash", Words: []string{"ring_hash", "maglev", "rendezvous", "haproxy"},
				Doc: "the consistent hash beneath, with its defaults. The next endpoint is clockwise on the ring, in the next entry of the table, of the next best score. haproxy: ring_hash with that profile"},
			{Name: "factor", Type: Float, Default: "1.25", Min: 1.01, Max: 100,
				Doc: "how many times its share of the requests in flight an endpoint may have, to four decimals (HAProxy and Envoy: in per cent)"},
			{Name: "rule", Type: Word, Default: "ceil", Words: []string{"ceil", "haproxy", "envoy", "fixed"},
				Doc: "how the limit is rounded: ceil, the paper's, up for each endpoint; haproxy, up for all together, and then dealt out; envoy, up for all and for each, and one more is taken. fixed: the limit is given"},
			{Name: "limit", Type: Int, Default: "100", Min: 1, Max: 1000000,
				Doc: "rule fixed: the most in flight for each unit of weight; when all are full a key goes where it belongs"},
		},
		New: newBoundedLoad,
	})
}

func newBoundedLoad(v Values, rnd random.Source) (Picker, error) {
	rule := v.Text("rule")
	if rule != "fixed" && v.anySet("limit") {
		return nil, errors.New("bounded_load: limit is a parameter of rule fixed")
	}
	if rule == "fixed" && v.anySet("factor") {
		return nil, errors.New("bounded_load: rule fixed has a limit and no factor")
	}
	text := v.Text("over")
	if text == "haproxy" {
		text = "ring_hash:profile=haproxy"
	}
	over, err := Parse(text)
	if err != nil {
		return nil, err
	}
	beneath, err := over.New(rnd)
	if err != nil {
		return nil, err
	}
	p := boundedLoad{over: beneath.(keyed), rnd: rnd,
		limits: loadLimits{rule: rule, factor: int64(float64(v.Float("factor")*limitScale) + 0.5), each: v.Float("limit")}}
	if hasher, own := beneath.(KeyHasher); own {
		return &boundedLoadHashed{p, hasher}, nil
	}
	return &p, nil
}

// boundedLoad sends a key to the first member of the method beneath that can be
// picked and is below its limit; a request without a key has a random one. As the
// limits are of the request that is coming, too, their sum is more than what is in
// flight, so there is such a member. A retry that finds everybody full whom it has
// not tried, or has met 1,000 full ones on the way, goes to the next regardless.
type boundedLoad struct {
	over   keyed
	limits loadLimits
	fit    fit // here because the method beneath is an interface
	rnd    random.Source
}

// retryPatience is how many full members a retry is refused by.
const retryPatience = 1000

func (p *boundedLoad) Rebuilt(s *Set) {
	p.over.Rebuilt(s)
	p.limits.stale = true
	p.limits.before = grownFloats(p.limits.before, s.Len())
}

func (p *boundedLoad) Changed(s *Set, slot int32, what Change) {
	switch what {
	case Started:
		p.limits.started(s, slot)
	case Finished:
		p.limits.finished(s, slot)
	default:
		p.over.Changed(s, slot, what)
		p.limits.stale = true
	}
}

func (p *boundedLoad) Pick(now clock.Time, s *Set, r *Request) int32 {
	if p.limits.stale {
		p.limits.update(s)
	}
	key := r.Key
	if !r.HasKey {
		key = p.rnd.Uint64()
	}
	p.fit = fitFor(s, r)
	if p.limits.begin() {
		p.fit.limits, p.fit.patience = &p.limits, -1
		if p.fit.avoid {
			p.fit.patience = retryPatience
		}
		if slot := p.over.find(key, &p.fit); slot >= 0 {
			return slot
		}
		p.fit.limits = nil
	}
	if slot := p.over.find(key, &p.fit); slot >= 0 {
		return slot
	}
	return p.over.Pick(now, s, r)
}

// MemoryBytes is what the method beneath takes, and the limits.
func (p *boundedLoad) MemoryBytes() int {
	bytes := 8 * cap(p.limits.before)
	if sized, ok := p.over.(Sized); ok {
		bytes += sized.MemoryBytes()
	}
	return bytes
}

// boundedLoadHashed is over a method that has a hash of keys of its own.
type boundedLoadHashed struct {
	boundedLoad
	KeyHasher
}
