package sim

func (e *engine) enqueue(ref int32, r *request, s *server) {
	if s.extra != nil && s.extra.ranked != nil {
		e.lineUp(ref, r, s, true)
		if e.patience != nil {
			e.losePatience(ref, r)
		}
		return
	}
	// Into an empty queue or not is anybody's guess, so nothing branches on it.
	r.state, r.next, r.place = waiting, noRequest, s.tail
	e.slab[s.tail].next = ref
	head := s.head
	if head == noRequest {
		head = ref
	}
	s.head, s.tail = head, ref
	s.waiting++
	if e.patience != nil {
		e.losePatience(ref, r)
	}
}

// unqueue takes a waiting request out, wherever in the queue it is.
func (e *engine) unqueue(ref int32, r *request) {
	s := &e.servers[r.server]
	before := int32(noRequest)
	if s.head == ref {
		s.head = r.next
	} else {
		before = r.place
		e.slab[before].next = r.next
	}
	if r.next != noRequest {
		e.slab[r.next].place = before
	} else {
		s.tail = before
	}
	s.waiting--
	if s.extra != nil && s.extra.ranked != nil {
		e.stepOut(ref, r, s, before)
	}
}

// admitWaiting gives idle workers what waits.
func (e *engine) admitWaiting(s *server) {
	for s.free >= 0 && s.head != noRequest {
		w := s.free
		s.free = ^e.workers[w].ref - 1
		s.busy++
		e.turn(w, &e.workers[w], s)
	}
}
