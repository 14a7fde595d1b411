package algorithms

// tenants remembers who lived in each slot, so that what was learned of a member
// outlives a change of the others and dies with the member.
type tenants []string

// update takes over the members of s and calls moved for every slot whose tenant
// is another one than before, a vacated slot included. Slots new to t are moved
// into even when they are vacant.
func (t *tenants) update(s *Set, moved func(slot int32)) {
	for slot := range s.Members {
		key := s.Members[slot].Key
		switch {
		case slot == len(*t):
			*t = append(*t, key)
		case (*t)[slot] == key:
			continue
		}
		(*t)[slot] = key
		moved(int32(slot))
	}
}
