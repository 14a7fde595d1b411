package nginx

// scope is a block and those around it, from which it has what it does not say itself.
type scope struct {
	d  *directive
	up *scope
}

func (s *scope) inside(d *directive) *scope { return &scope{d, s} }

// find returns the directive of that name that holds here, nil: none.
func (s *scope) find(name string) *directive {
	all := s.findAll(name)
	if len(all) == 0 {
		return nil
	}
	return all[len(all)-1]
}

// findAll returns the directives of that name in the nearest block that has some.
func (s *scope) findAll(name string) []*directive {
	for ; s != nil; s = s.up {
		if all := s.d.all(name); len(all) > 0 {
			return all
		}
	}
	return nil
}
