package scenarios

import (
	"slices"

	"lbsim/config/decode"
	"lbsim/sim"
)

// Needs is which of the things that its servers depend on a request can't do without.
type Needs struct {
	All   bool
	Names []string // where not All; empty: none
}

// without is what is not needed, of all there is, a bit each.
func (n Needs) without(all []string) (bits uint64) {
	for i, name := range all {
		if !n.All && !slices.Contains(n.Names, name) {
			bits |= 1 << i
		}
	}
	return bits
}

// needs is the Type of Needs: all, none, database, [database, payments].
type needs struct{}

var needed = decode.List[string]{Of: decode.Name, Min: 1}

// Read implements decode.Type.
func (needs) Read(v decode.Value) (Needs, bool) {
	if !v.IsScalar() {
		names, ok := needed.Read(v)
		return Needs{Names: names}, ok
	}
	switch name, ok := decode.Name.Read(v); name {
	case "all":
		return Needs{All: true}, ok
	case "none":
		return Needs{}, ok
	default:
		return Needs{Names: []string{name}}, ok
	}
}

// Write implements decode.Type.
func (needs) Write(n Needs) any {
	switch {
	case n.All:
		return "all"
	case len(n.Names) == 0:
		return "none"
	case len(n.Names) == 1:
		return n.Names[0]
	}
	return needed.Write(n.Names)
}

// Schema implements decode.Type.
func (needs) Schema(d *decode.Defs) decode.Schema {
	return decode.Schema{"anyOf": []decode.Schema{decode.Name.Schema(d), needed.Schema(d)}}
}

// dependencies returns the names of everything that servers depend on, in the order
// in which the scenario names them.
func (s *Scenario) dependencies() []string {
	var names []string
	for _, g := range s.Servers {
		for _, name := range g.DependsOn {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// dependsOn is what a group depends on, a bit each.
func (g *Server) dependsOn(all []string) (bits uint64) {
	for _, name := range g.DependsOn {
		bits |= 1 << slices.Index(all, name)
	}
	return bits
}

// dependents returns the servers that are there and depend on a dependency.
func (r *roster) dependents(s *Scenario, dependency string) []int {
	var found []int
	for _, g := range s.Servers {
		if slices.Contains(g.DependsOn, dependency) {
			found = append(found, r.present[g.Name]...)
		}
	}
	return found
}

// checkDependencies bounds them, and wants those of classes and of the timeline to be
// somebody's.
func checkDependencies(v decode.Value, s *Scenario) {
	if !soundIn(v, "servers", s.Servers, "depends_on") {
		return
	}
	all := s.dependencies()
	if len(all) > sim.MaxDependencies {
		v.Get("servers").Fail("must depend on at most %d things in all, not %d", sim.MaxDependencies, len(all))
	}
	for i, g := range s.Servers {
		for k, name := range g.DependsOn {
			if name == "all" || name == "none" {
				v.Get("servers").Index(i).Get("depends_on").Index(k).Fail("has a meaning of its own in needs: take another name")
			}
		}
	}
	for i := range s.Workload.Classes {
		names, at := s.Workload.Classes[i].Needs.Names, v.At("workload.classes").Index(i).Get("needs")
		for k, name := range names {
			if at.IsScalar() {
				checkDependency(at, name, all)
			} else {
				checkDependency(at.Index(k), name, all)
			}
		}
	}
	for i := range s.Timeline {
		a, at := &s.Timeline[i], v.Get("timeline").Index(i)
		if a.Dependency != "" && checkDependency(at.Get("dependency"), a.Dependency, all) && a.After > 0 {
			checkWaiting(at.Get("after"), s, a.Dependency)
		}
	}
}

// checkDependency wants somebody to depend on this.
func checkDependency(at decode.Value, name string, all []string) bool {
	switch {
	case slices.Contains(all, name):
		return true
	case len(all) == 0:
		at.Fail("no server depends on anything: give servers depends_on: [%s]", name)
	default:
		at.Fail("no server depends on this: %s", decode.Suggest(name, all))
	}
	return false
}

// checkWaiting wants workers that can wait.
func checkWaiting(at decode.Value, s *Scenario, dependency string) {
	for _, g := range s.Servers {
		if slices.Contains(g.DependsOn, dependency) && (g.Discipline == sim.PS || g.Discipline == sim.PriorityPreemptive) {
			at.Fail("a request keeps its worker while it waits, which %v of %s does not allow: take discipline: fifo or priority", disciplines.Write(g.Discipline), g.Name)
			return
		}
	}
}
