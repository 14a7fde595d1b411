package algorithms

// fit says who may be given a request: a ready member that it has not tried and
// that, for a bounded load, has room.
type fit struct {
	s        *Set
	r        *Request
	avoid    bool        // somebody ready is untried
	limits   *loadLimits // nil: no member is ever full
	patience int         // how many full members may be refused yet; negative: any number
}

func fitFor(s *Set, r *Request) fit {
	return fit{s: s, r: r, avoid: r.Tried.Len() > 0 && r.Tried.Untried(s)}
}

// has reports whether slot may be picked.
func (f *fit) has(slot int32) bool {
	if !f.s.IsReady(slot) || f.avoid && f.r.Tried.Has(slot) {
		return false
	}
	return f.limits == nil || f.roomAt(slot)
}

func (f *fit) roomAt(slot int32) bool {
	if f.limits.room(f.s, slot) {
		return true
	}
	if f.patience == 0 {
		return true
	}
	f.patience--
	return false
}

// any returns a slot that f has by a hash: the ready member at the place that the
// hash falls to, or the next that was not tried. It is what methods fall back to
// that would look for too long when most members are out.
func (f *fit) any(hash uint64) int32 {
	at := below(hash, len(f.s.Ready))
	for !f.has(f.s.Ready[at]) {
		if at++; at == len(f.s.Ready) {
			at = 0
		}
	}
	return f.s.Ready[at]
}

// keyed is a picker by key that can go on where a member does not fit.
type keyed interface {
	Picker
	// find returns the first member for key that f has, -1 when its tables lead to
	// none. It does not allocate.
	find(key uint64, f *fit) int32
}
