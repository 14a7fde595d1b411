package validate

import (
	"lbsim/config"
	"lbsim/studies/drills"
)

// Schema names the contract of a report as JSON.
const Schema = "lbsim.validate/v1"

// Report is what there is to say about a configuration.
type Report struct {
	Schema       string         `json:"schema"`
	File         string         `json:"file"`
	Findings     []Finding      `json:"findings"`
	NotSimulated []NotSimulated `json:"not_simulated"`

	Drills  []drills.Drill  `json:"drills"`  // none without a load
	Courses []drills.Course `json:"courses"` // how they were made, by pool
	// Assumed is what drills take for granted because nobody said it.
	Assumed []string `json:"assumed"`
	// Interrupted is true when the user stopped the drills before their end.
	Interrupted bool     `json:"interrupted,omitempty"`
	Against     *Against `json:"against,omitempty"` // nil: no other configuration was given

	OnePool  bool                           `json:"-"` // whether the configuration has one pool, whatever its name
	halved   bool                           // whether the file has another half, which no drill is about
	files    []string                       // that were looked at, with those that it includes
	balancer *config.Balancer               // what it is about
	pools    []string                       // of clients' requests
	noticing map[string]map[string]noticing // by pool and kind of trouble
}

// Finding is a mistake in a configuration.
type Finding struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"` // of the lint
	Severity Severity `json:"severity"`
	File     string   `json:"file"`
	Line     int      `json:"line"` // from 1; 0: unknown
	Column   int      `json:"column"`
	Pool     string   `json:"pool"` // "": all of them
	Path     string   `json:"path"` // of the setting in lbsim's language
	Message  string   `json:"message"`
	Why      string   `json:"why"`
	Instead  string   `json:"instead"`
	Scenario string   `json:"scenario"`
	// Fingerprint is the finding's identity, which lines that move and numbers that change
	// leave as it is.
	Fingerprint string `json:"fingerprint"`
	// Ignored is why a comment says that it is to be ignored; "": it is not.
	Ignored string `json:"ignored"`
	// Known is whether it is in the baseline.
	Known bool `json:"known"`
}

// Counts reports whether a finding is for somebody to mend: neither ignored nor known.
func (f *Finding) Counts() bool { return f.Ignored == "" && !f.Known }

// NotSimulated is a directive that has no meaning here.
type NotSimulated struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Text   string `json:"text"`
	Why    string `json:"why"`
}

// Worst returns the gravest severity of the findings that count; "": there are none.
func (r *Report) Worst() Severity {
	worst := Severity("")
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Counts() && (worst == "" || f.Severity.AtLeast(worst)) {
			worst = f.Severity
		}
	}
	return worst
}

// Count returns how many findings of a severity count.
func (r *Report) Count(severity Severity) int {
	n := 0
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Counts() && f.Severity == severity {
			n++
		}
	}
	return n
}
