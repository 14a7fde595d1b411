package backend

import (
	"fmt"
	"strings"

	"lbsim/config/decode"
	"lbsim/sim"
)

// Of returns a server of a model, the first where name is "", and the classes of its
// requests. The error says what of it can't be had for real.
func Of(m *sim.Model, name string) (sim.Server, []sim.Class, error) {
	var known []string
	for i := range m.Servers {
		s := &m.Servers[i]
		if s.Name == name || name == "" {
			if no := Cannot(s); no != "" {
				return sim.Server{}, nil, fmt.Errorf("server %s: %s", s.Name, no)
			}
			return *s, m.Classes, nil
		}
		known = append(known, s.Name)
	}
	return sim.Server{}, nil, fmt.Errorf("there is no server %q: %s", name, decode.Suggest(name, known))
}

// Cannot says what of a server's model can't be had for real; "" where all can.
func Cannot(s *sim.Server) string {
	var no []string
	for _, x := range []struct {
		what string
		has  bool
	}{
		{"a cache", s.Cache != nil},
		{"a store of sessions", s.Sessions != nil},
		{"a warm-up", s.WarmUp != nil},
		{"health checks that take work", s.Checks != nil},
		{"a discipline by priority", s.Discipline == sim.ByPriority || s.Discipline == sim.PriorityPreemptive},
	} {
		if x.has {
			no = append(no, x.what)
		}
	}
	if len(no) == 0 {
		return ""
	}
	return "has " + strings.Join(no, " and ") + ", which a live server does not carry out"
}
