package validate

import (
	"fmt"
	"slices"

	"lbsim/config"
	"lbsim/config/decode"
	"lbsim/scenarios"
)

// pool is a pool with what is known of its endpoints.
type pool struct {
	*config.Pool
	subject *Subject
	name    string
	bases   []string // paths under which its settings stand, the own ones first
	members []member // none: not known
	caller  string   // the group of servers whose calls it balances; "": clients' requests
}

// member is an endpoint of a pool.
type member struct {
	name   string
	zone   string // "": not known
	weight float64
	model  *scenarios.Server // nil: not known
}

// strength is how much work a second a member does: workers·speed.
func (m *member) strength() float64 { return float64(m.model.Workers) * m.model.Speed }

// pools returns the pools of clients' requests, then those of calls between servers.
func (s *Subject) pools() []*pool {
	var all []*pool
	b := s.Balancer
	for i := range b.Pools {
		x := &b.Pools[i]
		all = append(all, &pool{Pool: x, subject: s, name: x.Name, bases: []string{join(s.root, "pools."+x.Name), s.root}})
	}
	if len(b.Pools) == 0 {
		all = append(all, &pool{Pool: &b.Pool, subject: s, name: config.PoolName, bases: []string{s.root}})
	}
	for _, p := range all {
		p.members = s.membersOf(p.Pool)
	}
	if s.World == nil {
		return all
	}
	for i := range s.World.Servers {
		if c := s.World.Servers[i].Calls; c != nil {
			p := &pool{Pool: &c.Balancer, subject: s, name: c.Group, bases: []string{fmt.Sprintf("servers[%d].calls.balancer", i)}, caller: s.World.Servers[i].Name}
			p.members = s.calledBy(&s.World.Servers[i])
			all = append(all, p)
		}
	}
	return all
}

// membersOf returns what is known of a pool's endpoints.
func (s *Subject) membersOf(p *config.Pool) []member {
	var all []member
	if s.World == nil {
		for _, e := range p.Endpoints {
			if !e.Down {
				all = append(all, member{name: e.Name, zone: e.Zone, weight: e.Weight})
			}
		}
		return all
	}
	if len(p.Servers) > 0 {
		return s.serversOf(p.Servers)
	}
	var groups []string
	for _, g := range s.World.Servers {
		groups = append(groups, g.Name)
	}
	servers := s.serversOf(groups)
	if len(p.Endpoints) == 0 {
		return servers
	}
	for _, e := range p.Endpoints {
		if e.Down {
			continue
		}
		x := member{name: e.Name, zone: e.Zone, weight: e.Weight}
		if i := slices.IndexFunc(servers, func(m member) bool { return m.name == e.Name }); i >= 0 {
			x.model = servers[i].model
			if x.zone == "" {
				x.zone = servers[i].zone
			}
		}
		all = append(all, x)
	}
	return all
}

// serversOf returns the servers of groups. A zone that nobody wrote is not known.
func (s *Subject) serversOf(groups []string) []member {
	var all []member
	for _, m := range s.World.Members() {
		if !slices.Contains(groups, m.Group) {
			continue
		}
		i := slices.IndexFunc(s.World.Servers, func(g scenarios.Server) bool { return g.Name == m.Group })
		g := &s.World.Servers[i]
		zone := m.Zone
		if zone == g.Zone && !s.wrote(fmt.Sprintf("servers[%d].zone", i)) {
			zone = ""
		}
		all = append(all, member{name: m.Name, zone: zone, weight: m.Weight, model: g})
	}
	return all
}

// calledBy returns the servers that a group's calls go to.
func (s *Subject) calledBy(caller *scenarios.Server) []member {
	var all []member
	for i := range s.World.Servers {
		g := &s.World.Servers[i]
		if g.Name != caller.Calls.Group {
			continue
		}
		for n := range g.Count {
			all = append(all, member{name: fmt.Sprintf("%s-%d", g.Name, n+1), weight: g.Weight, model: g})
		}
	}
	return all
}

// size is how many endpoints there are; 0: not known.
func (p *pool) size() int { return len(p.members) }

// alone reports whether the pool is known to have one endpoint.
func (p *pool) alone() bool { return p.size() == 1 }

// place returns where a setting of the pool was written or, where it was not, the nearest
// thing around it: the pool, or its endpoints.
func (p *pool) place(path string) decode.Place {
	for k := path; k != ""; k = parent(k) {
		for _, base := range p.bases {
			if at, ok := p.subject.places[join(base, k)]; ok {
				return at
			}
		}
	}
	own := p.bases[0]
	if at, ok := p.subject.places[own]; ok && own != p.subject.root {
		return at
	}
	for _, k := range []string{"endpoints", "algorithm"} {
		if at, ok := p.subject.places[join(own, k)]; ok {
			return at
		}
	}
	return p.subject.at(own)
}

// path returns the path of a setting of the pool in the file.
func (p *pool) path(key string) string { return join(p.bases[0], key) }

// join puts two paths together.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "." + b
}

// parent cuts the last key or index off a path.
func parent(path string) string {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' || path[i] == '[' {
			return path[:i]
		}
	}
	return ""
}
