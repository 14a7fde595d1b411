package algorithms

import (
	"errors"
	"math/bits"

	"lbsim/clock"
	"lbsim/random"
)

func init() {
	Register(Spec{
		Name:     "power_of_two",
		Aliases:  []string{"p2c", "power_of_two_choices", "pod"},
		Title:    "Power of two choices",
		Summary:  "The less loaded of two endpoints drawn at random.",
		Use:      "Many balancers over the same endpoints: almost as even as the full least-connections rule, without every balancer rushing to the same endpoint.",
		Avoid:    "Few endpoints and one balancer, where the full rule is as cheap and better; weights that differ by orders of magnitude.",
		Cost:     "equal weights: O(choices), O(choices^2) for more than two or on a retry; unequal: O(choices log n). profile haproxy: O(choices), and O(points) on the first pick after a change",
		Source:   "Mitzenmacher, IEEE TPDS 12 (2001); Vvedenskaya, Dobrushin & Karpelevich (1996); Voecking, JACM 50 (2003) for left; finagle P2CPick.scala for distinct draws, Envoy least_request_lb.cc for replacement, HAProxy backend.c for profile haproxy",
		Weighted: true,
		Params: []Param{
			{Name: "choices", Type: Int, Default: "2", Min: 2, Max: maxChoices, Doc: "endpoints that are drawn and compared"},
			{Name: "replacement", Type: Bool, Default: "false", Doc: "whether one endpoint may be drawn twice (Envoy, gRPC); otherwise the choices are distinct (Finagle, NGINX)"},
			{Name: "metric", Type: Word, Default: "in_flight", Words: []string{"in_flight", "peak_ewma"},
				Doc: "the load compared: in_flight / weight, or peak EWMA latency x (in_flight + 1) / weight"},
			{Name: "ties", Type: Word, Default: "first", Words: []string{"first", "last"}, Doc: "which of equals: the first drawn, or the last (NGINX), which with unequal weights is more often a light one"},
			{Name: "left", Type: Bool, Default: "false", Doc: "always-go-left: one choice from each of as many equal groups of consecutive endpoints, whatever their weights; of equal loads the leftmost group wins"},
			decayParam, defaultRTTParam, ringDraws,
		},
		New: newPowerOfTwo,
	})
}

func newPowerOfTwo(v Values, rnd random.Source) (Picker, error) {
	if v.Text("profile") == "haproxy" {
		if v.anySet("replacement", "metric", "ties", "left", "decay", "default_rtt") {
			return nil, errors.New("power_of_two: profile haproxy has choices and nothing else: it draws with replacement")
		}
		return &ringRandom{choices: v.Int("choices"), rnd: rnd}, nil
	}
	p := &powerOfTwo{choices: v.Int("choices"), replacement: v.Bool("replacement"), left: v.Bool("left"), rnd: rnd}
	if p.left && p.replacement {
		return nil, errors.New("power_of_two: left draws from separate groups, so replacement means nothing with it")
	}
	p.last = v.Text("ties") == "last"
	if p.left && p.last {
		return nil, errors.New("power_of_two: left says which of equals is picked, so ties means nothing with it")
	}
	if p.last && v.Text("metric") != "in_flight" {
		return nil, errors.New("power_of_two: ties is a parameter of metric in_flight")
	}
	p.plain = !p.last && p.choices == 2 && !p.replacement && !p.left
	if v.Text("metric") == "peak_ewma" {
		return &powerOfTwoEWMA{powerOfTwo: *p, latency: newPeakEWMA(v)}, nil
	}
	if v.Text("decay") != decayParam.Default || v.Text("default_rtt") != defaultRTTParam.Default {
		return nil, errors.New("power_of_two: decay and default_rtt are parameters of metric peak_ewma")
	}
	return p, nil
}

// powerOfTwo draws some members and picks the least in_flight / weight of them,
// the first drawn of equals, or the last. The candidates are drawn in proportion to weight,
// without replacement one after the other among those that are left.
type powerOfTwo struct {
	weights     weightTree
	choices     int
	replacement bool
	left        bool
	last        bool // of equals the last drawn
	plain       bool // two distinct, which has a shorter way
	rnd         random.Source
}

func (p *powerOfTwo) Rebuilt(s *Set) { p.weights.rebuild(s) }

func (p *powerOfTwo) Changed(s *Set, slot int32, what Change) {
	if what != Started && what != Finished {
		p.weights.changed(s, slot)
	}
}

func (p *powerOfTwo) Pick(_ clock.Time, s *Set, r *Request) int32 {
	if p.plain && p.weights.even() && r.Tried.Len() == 0 {
		a, b := p.pair(s)
		if s.InFlight[b] < s.InFlight[a] {
			a = b
		}
		return a
	}
	var c candidates
	p.draw(s, r, &c)
	best := c.slots[0]
	for _, slot := range c.slots[1:c.n] {
		// Cross-multiplied: least in_flight / weight without a division.
		one, other := float64(float64(s.InFlight[slot])*s.Weight[best]), float64(float64(s.InFlight[best])*s.Weight[slot])
		if one < other || p.last && one == other {
			best = slot
		}
	}
	return best
}

// pair draws two distinct ready slots of equal weight, the same one twice when
// there is only one. Both places come from one number: the high word of x n is the
// first, and the low word, which is uniform again, gives the second by the same
// step. The second has n-1 places to choose from and steps over the first.
func (p *powerOfTwo) pair(s *Set) (a, b int32) {
	n := uint64(len(s.Ready))
	i, rest := bits.Mul64(p.rnd.Uint64(), n)
	j, _ := bits.Mul64(rest, n-1)
	if j >= i {
		j++
	}
	if n == 1 {
		j = 0
	}
	return s.Ready[i], s.Ready[j]
}

// candidates are the members drawn for one pick, in order.
type candidates struct {
	n     int
	slots [maxChoices]int32
}

func (c *candidates) add(slot int32) {
	c.slots[c.n] = slot
	c.n++
}

// draw fills c, avoiding the tried members when others are ready.
func (p *powerOfTwo) draw(s *Set, r *Request, c *candidates) {
	if p.left || p.weights.even() {
		p.drawEven(s, r, c)
		return
	}
	var excluded candidatesAndTried
	if r.Tried.Len() > 0 && r.Tried.Untried(s) {
		for _, slot := range r.Tried.Slots() {
			if int(slot) < s.Len() && s.IsReady(slot) {
				excluded.add(slot)
			}
		}
	}
	left := len(s.Ready) - excluded.n
	for c.n < p.choices && (p.replacement || left > 0) {
		slot := p.weights.drawExcept(&p.rnd, excluded.slots[:excluded.n])
		c.add(slot)
		if !p.replacement {
			excluded.add(slot)
			left--
		}
	}
}

// candidatesAndTried are distinct slots that a weighted draw leaves out.
type candidatesAndTried struct {
	n     int
	slots [len(holes{}.at)]int32
}

func (c *candidatesAndTried) add(slot int32) {
	if !holds(c.slots[:c.n], slot) {
		c.slots[c.n] = slot
		c.n++
	}
}

func (p *powerOfTwo) drawEven(s *Set, r *Request, c *candidates) {
	var h holes
	h.avoid(s, r)
	left := len(s.Ready) - h.n
	d := p.choices
	if !p.replacement {
		d = min(d, left)
	}
	for i := range d {
		switch {
		case p.left:
			from, to := i*left/d, (i+1)*left/d
			c.add(s.Ready[h.nth(int32(from+p.rnd.IntN(to-from)))])
		case p.replacement:
			c.add(s.Ready[h.nth(int32(p.rnd.IntN(left)))])
		default:
			place := h.nth(int32(p.rnd.IntN(left - i)))
			h.add(place)
			c.add(s.Ready[place])
		}
	}
}
