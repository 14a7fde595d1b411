// Package remap asks how many keys move when nodes come and go: by each algorithm
// that goes by keys, against the least that must move, how even the shards are
// after it, and what finding a node costs. The pickers are those of the simulator
// and the proxy; members keep their slot in the set as they do in a balancer.
package remap

// Schema names the JSON contract.
const Schema = "lbsim.remap/v1"

// Result is what a study found: the contract lbsim.remap/v1. Shares are ratios,
// times seconds.
type Result struct {
	Schema     string     `json:"schema"`
	Provenance Provenance `json:"provenance"`
	Keys       int        `json:"keys"`
	// KeyDistribution is the popularity of keys: uniform, zipf:1.1, hot:10=50%, or
	// file where the lines of a file were counted.
	KeyDistribution string   `json:"key_distribution"`
	Seed            uint64   `json:"seed"`
	Warnings        []string `json:"warnings"`
	Steps           []Step   `json:"steps"`
	Totals          []Total  `json:"totals"`
}

// Provenance says how to get the same result again.
type Provenance struct {
	Version string `json:"version"`
	Command string `json:"command"`
}

// Step is a change of the pool and what it does under each algorithm.
type Step struct {
	At          string   `json:"at,omitempty"` // the time of day that the change was given
	Change      string   `json:"change"`
	NodesBefore int      `json:"nodes_before"`
	NodesAfter  int      `json:"nodes_after"`
	Left        []string `json:"left"`
	Joined      []string `json:"joined"`
	Reweighted  []string `json:"reweighted"`
	// Before and After name the nodes in order, those of Flows; empty where there
	// are more than mostFlows.
	Before  []string  `json:"before"`
	After   []string  `json:"after"`
	Results []Outcome `json:"results"`
}

// Outcome is what a step does under one algorithm.
type Outcome struct {
	Variant    string            `json:"variant"`
	Title      string            `json:"-"`
	Algorithm  string            `json:"algorithm"`
	Parameters map[string]string `json:"parameters"`
	// Moved is the share of the keys that have another node than before; Least, what
	// no algorithm can do below when each node holds its fair share by weight before
	// and after; Excess, the share that moved between two nodes that both stayed and
	// kept their weight, which nothing asked for.
	Moved  float64 `json:"moved_ratio"`
	Least  float64 `json:"least_ratio"`
	Excess float64 `json:"excess_ratio"`
	// PeakToMean and LoadCV are of the keys that each node has after the step,
	// relative to its fair share: the greatest, and the standard deviation.
	PeakToMean float64 `json:"peak_to_mean"`
	LoadCV     float64 `json:"load_cv"`
	// The same of requests, null where all keys are equally popular.
	RequestsPeakToMean *float64 `json:"requests_peak_to_mean"`
	RequestsLoadCV     *float64 `json:"requests_load_cv"`
	// MemoryBytes is what the picker's tables take, 0 where it says nothing of them.
	MemoryBytes int `json:"memory_bytes"`
	// BuildSeconds is the time that the picker takes to follow the change,
	// LookupSeconds that to place a key. They depend on the machine, and are null
	// unless they were asked for.
	BuildSeconds  *float64 `json:"build_seconds"`
	LookupSeconds *float64 `json:"lookup_seconds"`
	// Flows is how many keys went from which node (row, as in Before) to which
	// (column, as in After), those that stayed included.
	Flows [][]int `json:"flows"`
}

// Total is what all steps together moved under an algorithm, in shares of the keys: a
// key that moved twice counts twice.
type Total struct {
	Variant string  `json:"variant"`
	Moved   float64 `json:"moved_ratio"`
	Least   float64 `json:"least_ratio"`
	Excess  float64 `json:"excess_ratio"`
}

// mostFlows is how many nodes, before or after, may have their flows written out.
const mostFlows = 50
