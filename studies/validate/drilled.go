package validate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"path/filepath"

	"lbsim/studies/drills"
)

// Drilled puts what drills came to into the report.
func (r *Report) Drilled(x *drills.Result) {
	r.Drills, r.Courses, r.Assumed, r.Interrupted = x.Drills, x.Courses, x.Assumed, x.Interrupted
	if r.halved {
		r.Assumed = append(r.Assumed, "of a file that balances requests and connections the requests alone are drilled: --layer l4 drills the others")
	}
}

// Grave is how grave what came of a drill is: to miss an objective is an error, to leave it
// undecided a warning; "": neither.
func Grave(d *drills.Drill) Severity {
	return map[string]Severity{"missed": Error, "undecided": Warning}[d.Verdict]
}

// FailedDrills counts the drills that are as grave as least and that no baseline
// knows; held against another
// configuration, those that got worse. "" is graver than any.
func (r *Report) FailedDrills(least Severity) (n int) {
	switch {
	case least == "":
	case r.Against != nil:
		for _, y := range r.Against.Drills {
			if y.Verdict == "worse" {
				n++
			}
		}
	default:
		for i := range r.Drills {
			d := &r.Drills[i]
			if grave := Grave(d); grave != "" && grave.AtLeast(least) && !d.Known {
				n++
			}
		}
	}
	return n
}

// drillID stands in the place of a lint's for drills.
const drillID = "drill"

// unmet is the drills whose objectives are not met, as a baseline knows them that calls the
// file so.
func (r *Report) unmet(file string) (all []Known) {
	for i := range r.Drills {
		if d := &r.Drills[i]; Grave(d) != "" {
			all = append(all, Known{fingerprint(drillID, file, d.Pool, d.Name), drillID, file, d.Pool, d.Name + ": " + d.Verdict})
		}
	}
	return all
}

// DrillFingerprint is a drill's identity, whatever comes of it.
func (r *Report) DrillFingerprint(d *drills.Drill) string {
	return fingerprint(drillID, r.File, d.Pool, d.Name)
}

// NoticedFingerprint is the identity of what is noticed later, however much later.
func (r *Report) NoticedFingerprint(x *Noticed) string {
	return fingerprint("noticed", r.File, x.Pool, x.What)
}

// ChangeFingerprint is the identity of what has changed, whatever it has become.
func (r *Report) ChangeFingerprint(c *Changed) string {
	return fingerprint("changed "+string(c.What), r.File, c.Pool, c.Name)
}

func fingerprint(kind, file, pool, name string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%s", kind, path.Clean(filepath.ToSlash(file)), pool, name))
	return hex.EncodeToString(sum[:8])
}
