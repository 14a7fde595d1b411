package capacity

import (
	"context"
	"math"
	"slices"
)

// mostProbes of a line. Its confidence is shared out over all of them beforehand.
const mostProbes = 12

// A search looks for the place at which objectives begin to be missed, by asking one
// position after the other. It takes for granted that more strain never turns missed into
// met. Every position that it asks has a verdict or is undecided, and the verdicts of all of
// them hold together with Confidence, so the answer does, whatever the way that led there.
type search struct {
	axis  axis
	guess float64
	ask   func(ctx context.Context, p float64) (probe, error)
	// beyond is a position that theory shows to be missed, such as the one at which queues
	// grow for ever; nil: none.
	beyond *probe
	done   []probe // in the order asked
	ended  bool    // nothing is left to ask
}

// run asks until the answer is as near as it can be had. When ctx ends, it returns its error
// and done is what is known.
func (s *search) run(ctx context.Context) error {
	for len(s.done) < mostProbes {
		p, ok := s.next()
		if !ok {
			s.ended = true
			return nil
		}
		x, err := s.ask(ctx, p)
		if err != nil {
			return err
		}
		s.done = append(s.done, x)
		if x.spent {
			return nil
		}
	}
	return nil
}

// next is the position to ask next.
func (s *search) next() (float64, bool) {
	if len(s.done) == 0 {
		return s.axis.first(s.guess), true
	}
	lowest, highest := math.Inf(1), 0.0
	for _, x := range s.done {
		lowest, highest = min(lowest, x.position), max(highest, x.position)
	}
	met, missed := s.ends()
	switch {
	case met == nil:
		return s.axis.easier(lowest)
	case missed == nil:
		return s.axis.harder(highest)
	}
	return s.axis.within(s.gap(met, missed))
}

// ends are the last probe that is met and the first that is missed; nil for none. Of
// verdicts that contradict each other, which has a chance of 1 - Confidence at most, the
// missed ones count.
func (s *search) ends() (met, missed *probe) {
	missed = s.beyond
	for i := range s.done {
		if x := &s.done[i]; x.verdict == missedVerdict && (missed == nil || x.position < missed.position) {
			missed = x
		}
	}
	for i := range s.done {
		x := &s.done[i]
		if x.verdict == metVerdict && (met == nil || x.position > met.position) && (missed == nil || x.position < missed.position) {
			met = x
		}
	}
	return met, missed
}

func (s *search) gap(met, missed *probe) gap {
	g := gap{met: met.position, missed: missed.position, stuck: s.stuck(met, missed)}
	slope := 0.0
	g.crossing, slope = s.crossing(met, missed)
	doubt := min(met.doubt, missed.doubt)
	for _, x := range s.done {
		if x.verdict == undecidedVerdict && x.position > g.met && x.position < g.missed {
			g.undecided = append(g.undecided, x.position)
			doubt = x.doubt
		}
	}
	slices.Sort(g.undecided)
	if slope > 0 {
		g.reach = surely * doubt / slope
	}
	return g
}

// surely is how much farther off a probe is asked than its interval is wide, so that chance
// does not leave it undecided too often.
const surely = 1.4

// stuck reports whether the last two probes have moved the same end, which is how looking
// along a line creeps up on a bend.
func (s *search) stuck(met, missed *probe) bool {
	n := len(s.done)
	if n < 3 {
		return false
	}
	last, before := &s.done[n-1], &s.done[n-2]
	return last.verdict == before.verdict && (last == met || last == missed) && !s.axis.near(met.position, missed.position)
}

// crossing is where the limit lies on a line through the figures between both ends, and how
// much room is lost there with the position. One over a latency, which is what room is, falls
// about linearly with the load, to nothing where queues grow for ever. A probe counts as much
// as it has replications and as it is near the limit.
func (s *search) crossing(met, missed *probe) (at, slope float64) {
	n, mx, my, sxx, sxy := 0.0, 0.0, 0.0, 0.0, 0.0
	known := s.done
	if s.beyond != nil {
		known = append(slices.Clone(known), *s.beyond)
	}
	for i := range known {
		x := &known[i]
		if x.position < met.position || x.position > missed.position {
			continue
		}
		off := 4 * (x.room() - 1)
		w := float64(x.replications) / (1 + float64(off*off))
		n += w
		dx, dy := x.position-mx, x.room()-my
		mx += float64(dx * w / n)
		my += float64(dy * w / n)
		sxx += float64(w * dx * (x.position - mx))
		sxy += float64(w * dx * (x.room() - my))
	}
	slope = -sxy / sxx
	at = mx + float64((my-1)/slope)
	if !(slope > 0) || !(at > met.position) || !(at < missed.position) {
		above, below := met.room()-1, 1-missed.room()
		if !(above+below > 0) {
			return (met.position + missed.position) / 2, 0
		}
		slope = (above + below) / (missed.position - met.position)
		at = met.position + float64(above/slope)
	}
	return at, slope
}
