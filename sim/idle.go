package sim

// tellIdle announces a server that has nothing to do to one frontend, drawn at
// random.
func (e *engine) tellIdle(id int32, s *server) {
	if e.slotOf[id] < 0 || !e.pools[e.edgeOf(id)].reports || s.silent() {
		return
	}
	first, end, pool := e.frontsOf(e.edgeOf(id))
	told := int32(first + e.announce.IntN(end-first))
	if e.topology.torn && (e.topology.lost[told] || e.cutBetween(int(told), id) != whole) {
		return
	}
	s.more().told = told
	e.frontends[told].Report(e.now, pool, e.slotOf[id], true)
}

// withdrawIdle takes the announcement back.
func (e *engine) withdrawIdle(id int32, s *server) {
	if e.slotOf[id] >= 0 {
		_, _, pool := e.frontsOf(e.edgeOf(id))
		e.frontends[s.extra.told].Report(e.now, pool, e.slotOf[id], false)
	}
	s.extra.told = -1
}
