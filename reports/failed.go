package reports

import (
	"strings"

	"lbsim/config"
	"lbsim/reports/wording"
	"lbsim/studies/drills"
	"lbsim/studies/validate"
)

// trial is a drill, or what is noticed later, as what reads findings is told of it.
type trial struct {
	fingerprint string
	known       bool              // a baseline knows it
	name        string            // what it is, of the pool, where that has a name, and the drill
	verdict     string            // in a word or two
	details     []string          // why
	level       validate.Severity // "": nothing is wrong
}

// trialsOf are a report's drills: one that misses an objective is an error, and one that is
// undecided a warning; held against another configuration, one that got worse is an error, and
// what is noticed later than before, or a pool or route that is gone, a warning.
func trialsOf(r *validate.Report) (all []trial) {
	if r.Against != nil {
		for i := range r.Against.Drills {
			y := &r.Against.Drills[i]
			x := trial{fingerprint: r.DrillFingerprint(&y.After), name: "drill " + nameOf(&y.After), verdict: y.Verdict}
			for _, c := range y.Differences {
				if c.Verdict == wording.Worse {
					x.details = append(x.details, wording.Comparison(c, wording.Family{}))
				}
			}
			if y.Verdict == wording.Worse {
				x.level = validate.Error
				x.details = append([]string{"objectives " + objectivesOf(y)}, x.details...)
			}
			all = append(all, x)
		}
		for i := range r.Against.Noticed {
			if x := &r.Against.Noticed[i]; x.Verdict == wording.Worse {
				all = append(all, trial{fingerprint: r.NoticedFingerprint(x), name: "noticed later", verdict: x.Verdict, details: []string{noticedText(x)}, level: validate.Warning})
			}
		}
		for i := range r.Against.Changes {
			if c := &r.Against.Changes[i]; c.Lost() {
				all = append(all, trial{fingerprint: r.ChangeFingerprint(c), name: string(c.What) + " gone", verdict: wording.Worse, details: []string{changeText(c)}, level: validate.Warning})
			}
		}
		return all
	}
	for i := range r.Drills {
		d := &r.Drills[i]
		x := trial{fingerprint: r.DrillFingerprint(d), known: d.Known, name: "drill " + nameOf(d), verdict: d.Verdict, level: validate.Grave(d)}
		for _, o := range d.Objectives {
			if o.Verdict != wording.Met {
				x.details = append(x.details, wording.Objective(o, false)+": "+o.Verdict)
			}
		}
		all = append(all, x)
	}
	return all
}

func nameOf(d *drills.Drill) string {
	if d.Pool == config.PoolName {
		return d.Name
	}
	return d.Pool + ": " + d.Name
}

// text is what is wrong, in a line.
func (t *trial) text() string {
	return t.name + ": " + t.verdict + ": " + strings.Join(t.details, "; ")
}
