package validate

import (
	"fmt"
	"slices"
	"strings"

	"lbsim/studies/drills"
)

// Against is what a configuration changes of another one.
type Against struct {
	File   string    `json:"file"`   // the other one
	New    []Finding `json:"new"`    // what it did not have
	Mended []Finding `json:"mended"` // what only it had
	Gone   []Finding `json:"gone"`   // what it had in pools that are there no more: nobody mended that
	// Changes are what is written otherwise, whatever comes of it.
	Changes []Changed `json:"changes"`
	// Drills are those of both, side by side, with the same requests.
	Drills []drills.Pair  `json:"drills"`
	Moved  []drills.Moved `json:"moved"`
	// Noticed is what of trouble is noticed later, or sooner.
	Noticed []Noticed `json:"noticed"`
}

// HoldAgainst puts into the report what it changes of another one. Its findings that the
// other has too are known.
func (r *Report) HoldAgainst(before *Report, x *drills.Change) {
	a := &Against{File: before.File, New: []Finding{}, Mended: []Finding{}, Gone: []Finding{}, Changes: changesSince(before.balancer, r.balancer),
		Drills: x.Pairs, Moved: x.Moved, Noticed: r.noticedSince(before)}
	lost := func(pool string) bool {
		return slices.ContainsFunc(a.Changes, func(c Changed) bool { return c.What == PoolPart && c.Lost() && c.Name == pool })
	}
	was, is := before.essences(), r.essences()
	there := map[string]bool{}
	for i := range before.Findings {
		there[was[i]] = before.Findings[i].Ignored == ""
	}
	still := map[string]bool{}
	for i := range r.Findings {
		f := &r.Findings[i]
		still[is[i]] = f.Ignored == ""
		if there[is[i]] {
			f.Known = true
		}
		if f.Counts() {
			a.New = append(a.New, *f)
		}
	}
	for i, f := range before.Findings {
		switch {
		case !f.Counts() || still[was[i]]:
		case lost(f.Pool):
			a.Gone = append(a.Gone, f)
		default:
			a.Mended = append(a.Mended, f)
		}
	}
	r.Against, r.Assumed, r.Interrupted = a, x.Assumed, x.Interrupted
	for _, y := range x.Pairs {
		r.Drills = append(r.Drills, y.After)
	}
}

// essences are what findings are about, whichever file it is written in: the lint, the pool,
// which has no name where there is one, the setting and, where several are about one, their
// order.
func (r *Report) essences() []string {
	met, all := map[string]int{}, make([]string, len(r.Findings))
	for i, f := range r.Findings {
		pool, path := f.Pool, strings.TrimPrefix(f.Path, "balancer.")
		path = strings.TrimPrefix(path, "pools."+pool+".")
		if r.OnePool {
			pool = ""
		}
		what := f.ID + "\x00" + pool + "\x00" + path
		met[what]++
		all[i] = fmt.Sprintf("%s\x00%d", what, met[what])
	}
	return all
}
