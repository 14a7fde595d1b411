package drills

import (
	"slices"
	"strings"

	"lbsim/config"
	"lbsim/scenarios"
)

// anyFault is what an objective names that is about whatever happens, while it lasts.
const anyFault = "fault"

// objectives are those about the whole of each drill: the user's, or else the configuration's
// where the world has none; none: the world's.
func (q *Question) objectives(p *Plan, world *scenarios.World) ([]config.Objective, error) {
	whole := func(all []config.Objective) []config.Objective {
		return slices.DeleteFunc(slices.Clone(all), func(o config.Objective) bool { return o.During != "" })
	}
	if slo := whole(q.SLO); len(slo) > 0 || world.Says("slo") {
		return slo, nil
	}
	if slo := whole(q.Balancer.Proxy.SLO); len(slo) > 0 {
		return slo, nil
	}
	o, err := config.ParseObjective(errorObjective)
	if err != nil {
		return nil, err
	}
	who := "nobody gave objectives"
	if len(q.SLO)+len(world.During()) > 0 {
		who = "nobody gave objectives about the whole of a drill"
	}
	p.assume("%s, so drills are held against %s: --slo \"p99 < 250ms\" gives one", who, errorObjective)
	return []config.Objective{o}, nil
}

// boundErrors adds an objective about errors where there is none: who meets a latency with
// the few requests that are answered at all meets nothing.
func (p *Plan) boundErrors(source *scenarios.Source) (*scenarios.Source, error) {
	s, err := source.Scenario()
	if err != nil || slices.ContainsFunc(s.SLO, func(o config.Objective) bool { return o.Metric == "error_ratio" }) {
		return source, err
	}
	p.assume("no objective is about errors, so drills are held against %s as well: --slo \"error_ratio < 100%%\" takes that away", errorObjective)
	return source.With(source.Name(), [2]string{"slo", listOf(append(textsOf(s.SLO), errorObjective))})
}

// spans are the objectives of a course: about the whole of each drill, and about what happens
// in it while it lasts.
type spans struct {
	whole, during []config.Objective
}

// spans returns them; whole are those of the course's steady day. An objective about an act
// that is no drill's is left out, and that is said.
func (q *Question) spans(p *Plan, whole []config.Objective) spans {
	s := spans{whole: whole}
	during := q.SLO
	if len(during) == 0 && q.World != nil {
		during = q.World.During()
	}
	for _, o := range during {
		switch {
		case o.During == "":
		case o.During == anyFault || slices.Contains(KindNames(), o.During) && o.During != steady:
			s.during = append(s.during, o)
		default:
			p.assume("%s is not judged: no drill is called %s; during=deploy, or any kind of --list-drills, and during=%s, every one, are known", o.Text, o.During, anyFault)
		}
	}
	return s
}

// of are the settings of a drill's timeline and, where an objective is about what happens in
// it, of its objectives: what happens first has the name that those use, until the next act.
func (s *spans) of(d *drill) [][2]string {
	texts := textsOf(s.whole)
	for _, o := range s.during {
		if len(d.acts) > 0 && (o.During == anyFault || o.During == d.kind.Name) {
			texts = append(texts, strings.Replace(o.Text, o.During, d.kind.Name, 1))
		}
	}
	if len(texts) == len(s.whole) {
		return [][2]string{{"timeline", timelineOf(d.acts)}}
	}
	for _, a := range d.acts {
		if a["at"] == d.acts[0]["at"] {
			a["name"] = d.kind.Name
		}
	}
	return [][2]string{{"timeline", timelineOf(d.acts)}, {"slo", listOf(texts)}}
}

// textsOf returns objectives as written.
func textsOf(objectives []config.Objective) (texts []string) {
	for _, o := range objectives {
		texts = append(texts, o.Text)
	}
	return texts
}
