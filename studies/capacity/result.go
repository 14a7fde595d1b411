package capacity

import "lbsim/studies/result"

// Schema names the JSON contract.
const Schema = "lbsim.capacity/v1"

// Result is the answer: for each algorithm and each fleet, how much is carried. A place
// (At, Met, Missed) is in requests a second where a rate is sought, and a number of servers
// where servers are. What is not known is nil.
type Result struct {
	Schema      string     `json:"schema"`
	Provenance  Provenance `json:"provenance"`
	Scenario    string     `json:"scenario"`
	Description string     `json:"description,omitempty"`
	Seed        uint64     `json:"seed"`
	Find        Find       `json:"find"`
	RateRPS     *float64   `json:"rate_rps"` // what servers are to carry; nil where a rate is sought
	Group       string     `json:"group"`    // of which servers there may be more; "" where a rate is sought
	Objectives  []Limit    `json:"objectives"`
	Confidence  float64    `json:"confidence"` // of all verdicts of a line together
	Precision   float64    `json:"precision"`  // asked for: Missed over Met, less 1
	Warnings    []string   `json:"warnings"`
	Results     []Line     `json:"results"`
	NotAsked    []NotAsked `json:"not_asked"` // fleets that there are not
	Requests    uint64     `json:"requests"`  // simulated, about
	Interrupted bool       `json:"interrupted,omitempty"`
}

// Find is what is sought.
type Find string

// What can be sought.
const (
	Rate    Find = "rate"    // the greatest at which the objectives are met
	Servers Find = "servers" // the fewest that meet them at a rate
)

// Provenance says how to get the same result again.
type Provenance struct {
	Version        string         `json:"version"`
	ScenarioSHA256 string         `json:"scenario_sha256"`
	Scenario       map[string]any `json:"scenario"`
	Command        string         `json:"command"`
}

// Limit is an objective, and what its figure is held against: seconds, ratios or counts.
type Limit struct {
	Objective string  `json:"objective"`
	Limit     float64 `json:"limit"`
}

// NotAsked is a fleet that the scenario does not have.
type NotAsked struct {
	Fleet Fleet  `json:"fleet"`
	Why   string `json:"why"`
}

// Line is the answer for an algorithm and a fleet.
type Line struct {
	Variant    string            `json:"variant"`
	Title      string            `json:"title"`
	Algorithm  string            `json:"algorithm"`
	Parameters map[string]string `json:"parameters"`
	Fleet      Fleet             `json:"fleet"`
	Lost       string            `json:"lost"`      // the server or the zone; "": none
	Servers    int               `json:"servers"`   // that are left, of the scenario as written
	BoundRPS   float64           `json:"bound_rps"` // what those do when none is ever idle
	// Met is the outermost place that was shown to meet the objectives: the greatest rate,
	// the fewest servers. Missed is the nearest one that was shown not to. The answer lies
	// between both.
	Met    *float64 `json:"met"`
	Missed *float64 `json:"missed"`
	Answer Answer   `json:"answer"`
	// Binding is the objective that is missed first; "" where none is.
	Binding string  `json:"binding"`
	Probes  []Probe `json:"probes"` // in order of place
	Theory  []Rule  `json:"theory"`
	CurveOf string  `json:"curve_of"` // the objective whose figure the curve is: the binding one, or the one with the least room
	Curve   []Point `json:"curve"`    // in order of place
}

// Answer says what kind of answer it is.
type Answer string

// The kinds of answers.
const (
	Found       Answer = "found"        // between Met and Missed, as near as asked for
	Wide        Answer = "wide"         // between both, which are farther apart than asked for
	NeverMissed Answer = "never_missed" // met wherever it was asked
	NeverMet    Answer = "never_met"    // missed wherever it was asked
	Unknown     Answer = "unknown"      // stopped before anything was known
)

// Probe is a place that was asked.
type Probe struct {
	At           float64     `json:"at"`
	Load         float64     `json:"offered_load"` // of the bound
	Verdict      string      `json:"verdict"`      // met, missed, undecided
	Replications int         `json:"replications"`
	Requests     uint64      `json:"requests"`
	Objectives   []Objective `json:"objectives"`
}

// Objective is how one stands at a place.
type Objective struct {
	Objective string `json:"objective"`
	Verdict   string `json:"verdict"`
	// Estimate is of the figure, with the interval on which the verdict rests.
	result.Estimate
}

// Point is a place on a curve, with an interval of 95%.
type Point struct {
	At   float64 `json:"at"`
	Load float64 `json:"offered_load"`
	result.Estimate
}

// Rule is what theory says before anything is simulated.
type Rule struct {
	Rule  string   `json:"rule"`
	Title string   `json:"title"`
	At    *float64 `json:"at"` // nil: the rule has no answer
	// Off is by how much it is off the answer, relative: the middle of Met and Missed, or the
	// number of servers that are enough; nil where those are not known.
	Off    *float64 `json:"off_ratio"`
	Broken []string `json:"broken"` // of its assumptions
	Source string   `json:"source"`
}
