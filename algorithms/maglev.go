package algorithms

import (
	"fmt"

	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:     "maglev",
		Title:    "Maglev",
		Summary:  "The endpoint in the entry of a table that the hash of the request's key points to; the endpoints filled the table in turns.",
		Use:      "Many balancers over the same endpoints that must agree without talking, and exactly even shares: one look into a table, whatever the pool.",
		Avoid:    "Caches where every moved key hurts: a change of the pool also moves some keys between endpoints that stayed. More endpoints than a hundredth of the table.",
		Cost:     "O(1), up to 2 + tried further entries in expectation while endpoints are out; O(table_size) on the first pick after a change while most are, and about table_size x log(table_size) steps when members change",
		Source:   "Eisenbud et al., NSDI 2016; Envoy maglev_lb.cc",
		Weighted: true,
		NeedsKey: true,
		Params: []Param{{
			Name: "table_size", Type: Int, Default: "65537", Min: 2, Max: maglevMost,
			Doc: "entries of the table, a prime; a hundred times the endpoints keep shares within 1%",
		}},
		New: func(v Values, rnd random.Source) (Picker, error) {
			size := v.Int("table_size")
			if near := nearestPrime(size); near != size {
				return nil, fmt.Errorf("maglev: %w", &ParamError{Name: "table_size", Value: v.Text("table_size"),
					Rule: fmt.Sprintf("must be a prime; the nearest is %d", near)})
			}
			return &maglev{size: size, keyless: randomPick{rnd: rnd}}, nil
		},
	})
}

// maglevMost is Envoy's limit, itself a prime.
const maglevMost = 5000011

// nearestPrime returns the prime nearest to n, the lower of two; n is 2 to
// maglevMost.
func nearestPrime(n int) int {
	for d := 0; ; d++ {
		if isPrime(n - d) {
			return n - d
		}
		if n+d <= maglevMost && isPrime(n+d) {
			return n + d
		}
	}
}

func isPrime(n int) bool {
	for d := 2; d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return n > 1
}

// maglev looks into the table of all members at entry hash mod size. While the
// member there can't be picked it goes on to the next entry, so that only keys of
// members that are out move, and come back; Envoy builds the table of the healthy
// anew instead. A retry begins, as Envoy's, at the entry of hash xor -attempt. A
// request without a key goes to a random member, and so does one for which no ready
// member has an entry.
//
// While more than half of the members are out, the answers of the walk are kept in
// a second table.
type maglev struct {
	size    int
	table   []int32 // slot by entry; empty without members
	heirs   []int32 // by entry: the first ready slot at or after it; -1 when nobody
	members int
	stale   bool // heirs
	keyless randomPick
}

func (p *maglev) Rebuilt(s *Set) {
	p.keyless.Rebuilt(s)
	p.members = membersOf(s)
	p.stale = true
	if p.table = p.table[:0]; p.members == 0 {
		return
	}
	if cap(p.table) == 0 {
		p.table, p.heirs = make([]int32, p.size), make([]int32, p.size)
	}
	p.table = p.table[:p.size]
	fillMaglev(p.table, maglevRows(s, p.size))
}

func (p *maglev) Changed(s *Set, slot int32, what Change) {
	p.keyless.Changed(s, slot, what)
	if what == Readied || what == Unreadied {
		p.stale = true
	}
}

func (p *maglev) Pick(now clock.Time, s *Set, r *Request) int32 {
	if !r.HasKey {
		return p.keyless.Pick(now, s, r)
	}
	if r.Tried.Len() == 0 && r.Attempt == 0 && len(s.Ready) == p.members {
		return p.table[r.Key%uint64(len(p.table))]
	}
	f := fitFor(s, r)
	if slot := p.find(r.Key, &f); slot >= 0 {
		return slot
	}
	return p.keyless.Pick(now, s, r)
}

func (p *maglev) find(key uint64, f *fit) int32 {
	table := p.table
	if 2*len(f.s.Ready) < p.members {
		if p.stale {
			p.inherit(f.s)
		}
		table = p.heirs
	}
	at := int((key ^ -uint64(f.r.Attempt)) % uint64(len(table)))
	for range table {
		if slot := table[at]; slot >= 0 && f.has(slot) {
			return slot
		}
		if at++; at == len(table) {
			at = 0
		}
	}
	return -1
}

// inherit finds the heirs, from the last entry to the first, twice, because what is
// after the last is the first.
func (p *maglev) inherit(s *Set) {
	heir := int32(-1)
	for range 2 {
		for at := len(p.table) - 1; at >= 0; at-- {
			if s.IsReady(p.table[at]) {
				heir = p.table[at]
			}
			p.heirs[at] = heir
		}
	}
	p.stale = false
}

// MemoryBytes is what both tables take.
func (p *maglev) MemoryBytes() int { return 4 * (cap(p.table) + cap(p.heirs)) }
