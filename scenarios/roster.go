package scenarios

import (
	"slices"

	"lbsim/clock"
	"lbsim/config/decode"
	"lbsim/sim"
)

// roster knows which servers there are as the timeline goes on.
type roster struct {
	scenario *Scenario
	names    []string         // of every server there ever was, by index
	zones    []string         // of those
	groups   []string         // of those
	present  map[string][]int // indices by group, in order of age
	started  map[string]int   // how many servers a group ever had: new ones get new names
}

func newRoster(s *Scenario) *roster {
	r := &roster{scenario: s, present: map[string][]int{}, started: map[string]int{}}
	for _, g := range s.Servers {
		r.add(g.Name, g.Count)
	}
	for _, g := range s.Servers {
		r.add(g.Name, g.most()-g.Count)
	}
	return r
}

// add starts count servers of a group and returns their numbers in it, from 1.
func (r *roster) add(group string, count int) []int {
	var numbers []int
	g := r.scenario.group(group)
	for range count {
		r.started[group]++
		numbers = append(numbers, r.started[group])
		r.present[group] = append(r.present[group], len(r.names))
		r.names = append(r.names, g.server(r.started[group]))
		r.zones = append(r.zones, g.zoneOf(r.started[group]))
		r.groups = append(r.groups, group)
	}
	return numbers
}

// remove forgets the youngest servers of a group and returns their indices.
func (r *roster) remove(group string, count int) []int {
	all := r.present[group]
	gone := slices.Clone(all[len(all)-count:])
	r.present[group] = all[:len(all)-count]
	return gone
}

// leave forgets a server; ok is false where it is not there.
func (r *roster) leave(name string) (i int, ok bool) {
	i = slices.Index(r.names, name)
	if i < 0 {
		return 0, false
	}
	all := r.present[r.groups[i]]
	at := slices.Index(all, i)
	if at < 0 {
		return 0, false
	}
	r.present[r.groups[i]] = slices.Delete(slices.Clone(all), at, at+1)
	return i, true
}

// rejoin takes a server in again, as its group's youngest; ok is false where it is
// there, or never was.
func (r *roster) rejoin(name string) (i int, ok bool) {
	i = slices.Index(r.names, name)
	if i < 0 || slices.Contains(r.present[r.groups[i]], i) {
		return 0, false
	}
	r.present[r.groups[i]] = append(r.present[r.groups[i]], i)
	return i, true
}

// at returns the indices of the servers that an act is about.
func (r *roster) at(a *Act) []int {
	if a.Group != "" {
		return slices.Clone(r.present[a.Group])
	}
	if i := slices.Index(r.names, a.Server); i >= 0 {
		return []int{i}
	}
	return nil
}

// here returns the names of the servers that are there.
func (r *roster) here(groups []Server) []string {
	var names []string
	for _, g := range groups {
		for _, i := range r.present[g.Name] {
			names = append(names, r.names[i])
		}
	}
	return names
}

// away returns the names of the servers that were there and are not.
func (r *roster) away() []string {
	var names []string
	for i, name := range r.names {
		if !slices.Contains(r.present[r.groups[i]], i) {
			names = append(names, name)
		}
	}
	return names
}

// scaled reports whether an act is about servers that an autoscaler rules.
func (r *roster) scaled(a *Act, s *Scenario) bool {
	group := a.Group
	if i := slices.Index(r.names, a.Server); i >= 0 {
		group = r.groups[i]
	}
	return slices.ContainsFunc(s.Servers, func(g Server) bool { return g.Name == group && g.Autoscale != nil })
}

// checkLeaving carries out a removal and reports one that can't be.
func (r *roster) checkLeaving(at decode.Value, a *Act, s *Scenario) {
	here := r.here(s.Servers)
	switch _, ok := r.leave(a.Server); {
	case !ok:
		at.Get("server").Fail("no server has this name then: %s", decode.Suggest(a.Server, some(here)))
	case len(here) == 1:
		at.Get("server").Fail("is the last server: somebody must be left to answer")
	}
}

// check carries out a scaling and reports one that can't be.
func (r *roster) check(at decode.Value, a *Act, s *Scenario) {
	have := len(r.present[a.Group])
	switch {
	case a.Count == have:
		at.Get("count").Fail("%s has %d servers already", a.Group, have)
	case a.Count < have:
		r.remove(a.Group, have-a.Count)
	case len(r.names)+a.Count-have > maxServers:
		at.Get("count").Fail("there must be at most %d servers in all", maxServers)
	case s.listed(a.Group):
		at.Get("do").Fail("new servers are no endpoints: leave balancer.endpoints out to have all servers")
	default:
		r.add(a.Group, a.Count-have)
	}
}

// acts returns the timeline as the simulator takes it.
func (s *Scenario) acts() []sim.Act {
	r := newRoster(s)
	zones := s.zones()
	settings := &s.Balancer
	var acts []sim.Act
	for i := range s.Timeline {
		a := &s.Timeline[i]
		act := sim.Act{At: clock.Time(a.At), Label: a.label(), Factor: a.Factor}
		switch a.Do {
		case "slow":
			act.Kind, act.Servers = sim.Slow, r.at(a)
		case "crash":
			act.Kind, act.Servers = sim.Crash, r.at(a)
		case "hang":
			act.Kind, act.Servers = sim.Hang, r.at(a)
		case "dependency_down", "dependency_up":
			act.Kind, act.Status, act.After, act.Servers = sim.DependencyDown, a.Status, a.After, r.dependents(s, a.Dependency)
			if a.Do == "dependency_up" {
				act.Kind = sim.DependencyUp
			}
			act.Dependency = slices.Index(s.dependencies(), a.Dependency)
		case "errors":
			act.Kind, act.Servers = sim.Errors, r.at(a)
			act.Ratio, act.Status = a.Ratio, a.Status
		case "restore":
			act.Kind, act.Servers = sim.Restore, r.at(a)
			if a.Zone != "" {
				act.Kind, act.Servers, act.Zone = sim.RestoreZone, r.in(a.Zone, s.Servers), slices.Index(zones, a.Zone)
			}
		case "lose_zone":
			act.Kind, act.Servers, act.Zone = sim.LoseZone, r.in(a.Zone, s.Servers), slices.Index(zones, a.Zone)
		case "partition":
			act.Kind, act.Silent = sim.Partition, a.Silent
			act.Zone, act.From = slices.Index(zones, a.Apart[0]), slices.Index(zones, a.Apart[1])
		case "flaky":
			act.Kind, act.Servers = sim.Flaky, r.at(a)
			act.Ratio, act.Status = a.Ratio, a.Status
		case "rate":
			act.Kind = sim.Rate
			if a.Rate > 0 {
				act.Factor = a.Rate / s.Rate()
			}
		case "configure":
			act.Kind, act.Anew = sim.Configure, a.Anew
			settings, _ = a.configured(settings) // checkSettings did it before
			told := s.told(settings)
			act.Balancer = &told
		case "drain":
			act.Kind, act.Servers = sim.Drain, r.at(a)
		case "deploy":
			act.Kind, act.Servers, act.Deploy = sim.Deploy, r.at(a), a.deployPlan(s, settings)
			if a.Style == blueGreen {
				have := len(r.present[a.Group])
				r.remove(a.Group, have)
				act.Add = s.modelsOf(s.group(a.Group), r.add(a.Group, have), zones)
			}
		case "scale":
			g := s.group(a.Group)
			if have := len(r.present[a.Group]); a.Count < have {
				act.Kind, act.Servers = sim.Remove, r.remove(a.Group, have-a.Count)
				break
			}
			act.Kind = sim.Add
			act.Add = s.modelsOf(g, r.add(a.Group, a.Count-len(r.present[a.Group])), zones)
		case "remove":
			i, _ := r.leave(a.Server)
			act.Kind, act.Servers = sim.Leave, []int{i}
		case "add":
			i, _ := r.rejoin(a.Server)
			act.Kind, act.Servers = sim.Return, []int{i}
		}
		acts = append(acts, act)
	}
	return acts
}

// group returns a group of servers by its name.
func (s *Scenario) group(name string) *Server {
	return &s.Servers[slices.IndexFunc(s.Servers, func(g Server) bool { return g.Name == name })]
}

// modelsOf are a group's servers of the given numbers.
func (s *Scenario) modelsOf(g *Server, numbers []int, zones []string) []sim.Server {
	var all []sim.Server
	for _, number := range numbers {
		all = append(all, s.model(g, number, zones))
	}
	return all
}
