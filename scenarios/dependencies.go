package scenarios

import (
	"slices"

	"lbsim/config/decode"
)

// needs is whether requests of a class use what their server depends on.
var needs = decode.Words[bool]{Known: []decode.Word[bool]{{Name: "all", Value: false}, {Name: "none", Value: true}}}

// maxDependencies is the simulator's limit.
const maxDependencies = 64

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

// checkDependencies bounds them, and wants those of the timeline to be somebody's.
func checkDependencies(v decode.Value, s *Scenario) {
	all := s.dependencies()
	if len(all) > maxDependencies {
		v.Get("servers").Fail("must depend on at most %d things in all, not %d", maxDependencies, len(all))
	}
	for i := range s.Timeline {
		a, at := &s.Timeline[i], v.Get("timeline").Index(i)
		if a.Dependency == "" || slices.Contains(all, a.Dependency) {
			continue
		}
		if len(all) == 0 {
			at.Get("dependency").Fail("no server depends on anything: give servers depends_on: [%s]", a.Dependency)
			continue
		}
		at.Get("dependency").Fail("no server depends on this: %s", decode.Suggest(a.Dependency, all))
	}
}
