package scenarios

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"lbsim/config"
	"lbsim/config/decode"
)

// World is all of a scenario but its balancer: who asks, and what answers. A balancer's
// configuration that comes from elsewhere is put into it.
type World struct {
	doc  *decode.Document
	dir  string
	left []string
	// during is the objectives about an act of the timeline: a world has none.
	during []config.Objective
}

// notOfAWorld are the parts of a scenario that others take the place of: the balancer that is
// put into it, and what happens there.
var notOfAWorld = []string{"balancer", "timeline"}

// ParseWorld reads the text of a world, or of a scenario, whose world it is; name is for
// messages, dir is what relative file names are relative to. Whether it is good is known with
// a balancer in it.
func ParseWorld(name, dir string, r io.Reader) (*World, error) {
	doc, err := decode.Parse(name, r)
	if err != nil {
		return nil, err
	}
	w := &World{doc: doc, dir: dir}
	if doc.Root().Mapping() {
		for _, key := range notOfAWorld {
			if doc.Drop(key) {
				w.left = append(w.left, key)
			}
		}
		w.setAside()
	}
	return w, doc.Err()
}

// setAside takes the objectives about an act of a timeline out of the others.
func (w *World) setAside() {
	list := w.doc.Root().Get("slo")
	n := list.Len()
	w.doc.Keep("slo", func(i int) bool {
		text, _ := list.Index(i).Word()
		o, err := config.ParseObjective(text)
		if err != nil || o.During == "" {
			return true // what is wrong with it is said of the scenario
		}
		w.during = append(w.during, o)
		return false
	})
	if n > 0 && len(w.during) == n {
		w.doc.Drop("slo")
	}
}

// During returns the objectives about an act of a timeline. Scenarios of the world do not
// have them.
func (w *World) During() []config.Objective { return w.during }

// Left returns the parts of the scenario that it was which are left out.
func (w *World) Left() []string { return w.left }

// Name is what messages call the world.
func (w *World) Name() string { return w.doc.Name }

// Says reports whether something is written at a path: run, run.replications.
func (w *World) Says(path string) bool { return w.doc.Root().At(path).Present() }

// Around returns the scenario of the world with a balancer of one pool in it, of whose
// configuration file is the name. Groups that model endpoints of none of its pool are left
// out; a world without a name or a run has those of any.
func (w *World) Around(file string, b *config.Balancer) (*Source, error) {
	s := &Source{doc: w.doc.Clone(), dir: w.dir}
	root := s.doc.Root()
	for key, value := range map[string]any{"name": "world", "run": map[string]any{"duration": "60s"}} {
		if root.Get(key).Present() {
			continue
		}
		if err := s.doc.Put(key, s.doc.Name, value); err != nil {
			return nil, err
		}
	}
	if len(b.Endpoints) > 0 {
		if err := s.keepModels(b.Endpoints); err != nil {
			return nil, err
		}
	}
	return s, s.doc.Put("balancer", file, b.Document())
}

// keepModels leaves out the groups of servers that model none of the endpoints and that
// nobody calls. What it can't read stays: reading the whole reports it.
func (s *Source) keepModels(endpoints []config.Endpoint) error {
	list := s.doc.Root().Get("servers")
	if list.Len() == 0 {
		return nil
	}
	kept, called := map[int]bool{}, map[string]bool{}
	for again := true; again; {
		again = false
		for i := range list.Len() {
			at := list.Index(i)
			name, named := at.Get("name").Word()
			if kept[i] || named && !called[name] && !models(at, name, endpoints) {
				continue
			}
			kept[i], again = true, true
			if callee, ok := at.At("calls.group").Word(); ok {
				called[callee] = true
			}
		}
	}
	if len(kept) == 0 && list.Len() == 1 && !list.Index(0).Get("match").Present() {
		return s.modelAll(len(endpoints))
	}
	if len(kept) == 0 {
		list.Fail("model none of the endpoints: give a group the name of one, or match: \"*\"")
		return s.doc.Err()
	}
	s.doc.Keep("servers", func(i int) bool { return kept[i] })
	return nil
}

// modelAll makes the only group of servers the model of all endpoints: whoever knows of one
// kind of servers alone, as an access log does, means all of them.
func (s *Source) modelAll(endpoints int) error {
	if err := s.Set("servers[0].match", "'*'"); err != nil {
		return err
	}
	return s.Set("servers[0].count", strconv.Itoa(endpoints))
}

// models reports whether a group of servers, as written, models one of the endpoints.
func models(group decode.Value, name string, endpoints []config.Endpoint) bool {
	var patterns []string
	if at := group.Get("match"); at.Present() {
		patterns, _ = endpointPatterns.Read(at)
	}
	return slices.ContainsFunc(endpoints, func(e config.Endpoint) bool {
		if len(patterns) == 0 {
			rest, numbered := strings.CutPrefix(e.Name, name+"-")
			return e.Name == name || numbered && strings.Trim(rest, "0123456789") == ""
		}
		return slices.ContainsFunc(patterns, func(p string) bool { return fits(p, &e) })
	})
}

// With returns a copy of the source under another name, in which each path has a value, as
// Set puts it.
func (s *Source) With(name string, settings ...[2]string) (*Source, error) {
	c := s.Clone()
	c.doc.Rename(name)
	for _, x := range settings {
		if err := c.Set(x[0], x[1]); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Without returns a copy of the source without some elements of the list at a path.
func (s *Source) Without(path string, out func(i int) bool) *Source {
	c := s.Clone()
	c.doc.Keep(path, func(i int) bool { return !out(i) })
	return c
}

// Member is a server of the beginning to which clients' requests go.
type Member struct {
	Name, Group, Zone string
	Weight            float64
	Priority          int
}

// Members returns those servers, in order, without those of endpoints that are down.
func (s *Scenario) Members() (all []Member) {
	for i := range s.Servers {
		g := &s.Servers[i]
		if s.caller(g.Name) != nil {
			continue
		}
		for n := range g.Count {
			if g.down(n + 1) {
				continue
			}
			m := Member{Name: g.server(n + 1), Group: g.Name, Zone: g.zoneOf(n + 1), Weight: g.Weight, Priority: g.Priority}
			if e, ok := g.endpoint(n + 1); ok {
				m.Weight, m.Priority = e.Weight, e.Priority
			}
			all = append(all, m)
		}
	}
	return all
}
