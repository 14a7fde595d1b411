package fit

import (
	"encoding/json"

	"lbsim/sim/histogram"
)

// Schema is what a result calls itself.
const Schema = "lbsim.fit/v1"

// Result is what a log tells of the workload that it is of.
type Result struct {
	Schema   string          `json:"schema"`
	File     string          `json:"file"`
	Log      Log             `json:"log"`
	Latency  *Latency        `json:"latency_seconds"` // null: the log has no durations
	Arrivals Arrivals        `json:"arrivals"`
	Classes  []Class         `json:"classes"`
	Source   Source          `json:"service_times"`
	Keys     *Popularity     `json:"keys"`    // null: too few to tell
	Clients  *Clients        `json:"clients"` // null: the log does not tell them
	Status   []Status        `json:"status"`
	Servers  *Servers        `json:"servers"`  // null: the log does not tell them, nor was it said
	Notes    []string        `json:"notes"`    // what the log can't tell
	Workload json.RawMessage `json:"workload"` // of a scenario; null: the log has no durations

	Times *histogram.Histogram `json:"-"`         // of all requests of the log
	Rates []float64            `json:"-"`         // requests a second, over spans of
	Span  float64              `json:"-"`         // seconds
	Fits  []float64            `json:"-"`         // what was fitted to them
	Again *Simulated           `json:"simulated"` // null: the world is not known
}

// Log is what was read.
type Log struct {
	Format     string    `json:"format"`
	LogFormat  string    `json:"log_format"` // "" where it is not said in NGINX's variables
	Lines      int       `json:"lines"`
	Requests   int       `json:"requests"`
	Broken     int       `json:"broken"`
	Shown      []Problem `json:"broken_lines"`       // the first few
	Late       int       `json:"out_of_order"`       // beyond what is put in order
	Seconds    float64   `json:"seconds"`            // from the first request to the last
	Resolution float64   `json:"resolution_seconds"` // of instants
	Fineness   *float64  `json:"fineness_seconds"`   // of durations; null: there are none
}

// Problem is a line that can't be read, and why; never its text.
type Problem struct {
	Line int    `json:"line"`
	Why  string `json:"why"`
}

// Latency is what requests took, as the log has it.
type Latency struct {
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P99  float64 `json:"p99"`
}

// Simulated is the fitted workload's latency in the fitted world.
type Simulated struct {
	Latency
	Algorithm string               `json:"algorithm"`
	Times     *histogram.Histogram `json:"-"`
}

// Class is a kind of request.
type Class struct {
	Name     string    `json:"name"`
	Method   string    `json:"method"` // "": several, or not told
	Path     string    `json:"path"`   // that its requests begin with; "": several, or not told
	Requests int       `json:"requests"`
	Share    Parameter `json:"share"`
	Service  *Service  `json:"service"` // null: the log has no durations
}

// Source says where service times come from.
type Source struct {
	Kind string `json:"kind"` // service, free_worker, inverted, response or none
	Used int    `json:"used"` // requests that they rest on
	Of   int    `json:"of"`
	Text string `json:"text"`
}

// Clients are the log's.
type Clients struct {
	Distinct float64 `json:"distinct"`
	Exact    bool    `json:"exact"`
	Overlaps int     `json:"overlaps"`          // requests that came before the same client's last was over
	Expected float64 `json:"expected_overlaps"` // if clients did not wait for their answers
}

// Status is how often an HTTP status came.
type Status struct {
	Status   int     `json:"status"`
	Requests int     `json:"requests"`
	Share    float64 `json:"share"`
}

// Servers is the world as far as it is known.
type Servers struct {
	Count   int  `json:"count"`
	Workers int  `json:"workers"` // of each
	Given   bool `json:"given"`   // not found in the log
}
