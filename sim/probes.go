package sim

import (
	"slices"
	"time"

	"lbsim/balancer"
	"lbsim/random"
)

// probes is the questions on their way to servers and the answers back.
type probes struct {
	slab []probe
	free []int32
	work random.Index // demands of health checks that take work, by server, frontend and the instant of the question
}

type probe struct {
	frontend int32
	server   int32
	ticket   balancer.ProbeTicket
	result   balancer.ProbeResult
}

// probe sends one. It takes the network's time to the server and back.
func (e *engine) probe(f int32, t balancer.ProbeTicket) {
	p := probe{frontend: f, server: e.edgeTo(f, t.Pool).serverOf[t.Slot], ticket: t}
	s := &e.servers[p.server]
	if x := s.more(); x.latency == nil && !t.Health {
		x.latency = &latencies{}
	}
	var ref int32
	if n := len(e.probes.free); n > 0 {
		ref = e.probes.free[n-1]
		e.probes.free = e.probes.free[:n-1]
		e.probes.slab[ref] = p
	} else {
		ref = int32(len(e.probes.slab))
		e.probes.slab = append(e.probes.slab, p)
	}
	if l := e.laneBetween(uint16(f), p.server); l >= 0 {
		e.send(l, probeAsk, ref, 0)
		return
	}
	e.probeReached(ref)
}

// probeReached lets the server answer with its state.
func (e *engine) probeReached(ref int32) {
	p := &e.probes.slab[ref]
	s := &e.servers[p.server]
	if e.topology.torn && !e.probeCrosses(ref) {
		return
	}
	switch load := s.busy + s.waiting; s.extra.fault {
	case hung:
		e.probes.free = append(e.probes.free, ref)
		return
	case crashed, starting, closed:
		p.result = balancer.ProbeResult{Failed: true}
	default:
		p.result = balancer.ProbeResult{InFlight: load, Failed: e.failsCheck(p, s)}
		if !p.ticket.Health {
			p.result.Latency = s.extra.latency.at(load)
		} else if s.extra.checking != nil && !p.ticket.Connect && !p.result.Failed {
			e.workOnCheck(ref, s)
			return
		}
	}
	e.probeAnswers(ref)
}

// probeAnswers sends a server's answer on its way.
func (e *engine) probeAnswers(ref int32) {
	p := &e.probes.slab[ref]
	if l := e.laneBetween(uint16(p.frontend), p.server); l >= 0 {
		e.send(l, probeAnswer, ref, 0)
		return
	}
	e.probeReturned(ref)
}

func (e *engine) probeReturned(ref int32) {
	p := e.probes.slab[ref]
	e.probes.free = append(e.probes.free, ref)
	e.frontends[p.frontend].ProbeDone(e.now, p.ticket, p.result)
	e.followUp(p.frontend)
}

// latencies is what a server knows of its own response times, by how many
// requests it had when each came: the last few of every load. It answers a probe
// with the median at the present load or, without any, at the nearest load that
// has some (Wydrowski et al., Load is not what you should balance, NSDI 2024,
// section 4: "recent latencies at or near the current RIF").
type latencies struct {
	last  [maxLoad + 1][recent]time.Duration
	count [maxLoad + 1]uint8
	turn  [maxLoad + 1]uint8
}

const (
	maxLoad = 63
	recent  = 9
)

func (l *latencies) add(load int32, d time.Duration) {
	i := min(load, maxLoad)
	l.last[i][l.turn[i]] = d
	l.turn[i] = (l.turn[i] + 1) % recent
	l.count[i] = min(l.count[i]+1, recent)
}

// at returns the estimate at a load; 0 when nothing is known.
func (l *latencies) at(load int32) time.Duration {
	i := int(min(load, maxLoad))
	for d := 0; d <= maxLoad; d++ {
		for _, j := range [2]int{i - d, i + d} {
			if j >= 0 && j <= maxLoad && l.count[j] > 0 {
				var sorted [recent]time.Duration
				n := copy(sorted[:], l.last[j][:l.count[j]])
				slices.Sort(sorted[:n])
				return sorted[n/2]
			}
		}
	}
	return 0
}
