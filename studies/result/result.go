// Package result holds what a study found: the JSON contract lbsim.result/v1 and,
// beside it, the distributions that charts draw. It computes nothing.
//
// In JSON everything is in seconds and ratios; a figure that would mislead or is
// not known is null.
package result

import (
	"lbsim/sim/histogram"
)

// Schema names the JSON contract.
const Schema = "lbsim.result/v1"

// Result is the answer of run and compare.
type Result struct {
	Schema       string       `json:"schema"`
	Provenance   Provenance   `json:"provenance"`
	Scenario     string       `json:"scenario"`
	Description  string       `json:"description,omitempty"`
	Seed         uint64       `json:"seed"`
	Replications int          `json:"replications"`
	WarmUp       WarmUp       `json:"warmup"`
	Warnings     []string     `json:"warnings"`
	Results      []Variant    `json:"results"`
	Comparisons  []Comparison `json:"comparisons"`
	SLO          []Objective  `json:"slo"`
	// Fingerprint is a hash of every count and bucket of the run, equal on every
	// platform.
	Fingerprint string `json:"fingerprint"`
	// Interrupted is true when the user stopped the study before its end.
	Interrupted bool `json:"interrupted,omitempty"`
}

// Provenance says how to get the same result again.
type Provenance struct {
	Version        string         `json:"version"`
	ScenarioSHA256 string         `json:"scenario_sha256"`
	Scenario       map[string]any `json:"scenario"`
	Command        string         `json:"command"`
	Study          Study          `json:"study"`
}

// Study is the question that was put to the scenario, in the words of the command
// line, so that it can be put again.
type Study struct {
	Sources    []Source  `json:"sources"`
	Algorithms []string  `json:"algorithms"`
	Variants   []string  `json:"variants"` // name:path=value,path=value
	Loads      []float64 `json:"loads"`
	Metrics    []string  `json:"metrics"`
	Baseline   string    `json:"baseline"`
	MinEffect  float64   `json:"min_effect"`
	Precision  float64   `json:"precision"`
}

// Source is one of the scenarios that were held against each other.
type Source struct {
	Name string `json:"name"`
	// Scenario is its canonical document; the first one's is that of Provenance.
	Scenario map[string]any `json:"scenario,omitempty"`
}

// WarmUp is the cut at the start of every replication.
type WarmUp struct {
	Seconds float64 `json:"seconds"`
	Rule    string  `json:"rule"` // given, mser-5 or none
}

// Estimate is a mean over replications with its 95% interval. A nil Value is
// null: not known, or misleading; nil bounds: nothing random, or one replication.
type Estimate struct {
	Value *float64 `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}

// Known reports whether the estimate has a value.
func (e Estimate) Known() bool { return e.Value != nil }

// Latency is a distribution's summary in seconds.
type Latency struct {
	Mean Estimate `json:"mean"`
	P50  Estimate `json:"p50"`
	P90  Estimate `json:"p90"`
	P95  Estimate `json:"p95"`
	P99  Estimate `json:"p99"`
	P999 Estimate `json:"p999"`
}

// Wait is the time before service begins, in seconds.
type Wait struct {
	Mean Estimate `json:"mean"`
	P50  Estimate `json:"p50"`
	P99  Estimate `json:"p99"`
}

// Requests are totals over all replications of the requests that arrived in the
// measured window: Offered = Completed + Failed + Rejected + TimedOut + Unfinished.
type Requests struct {
	Offered    uint64 `json:"offered"`
	Completed  uint64 `json:"completed"`
	Failed     uint64 `json:"failed"`
	Rejected   uint64 `json:"rejected"`
	TimedOut   uint64 `json:"timed_out"`
	Unfinished uint64 `json:"unfinished"`
}

// Imbalance says how unevenly requests were spread over servers, each server's
// share divided by its share of the capacity.
type Imbalance struct {
	PeakToMean Estimate `json:"peak_to_mean"`
	CV         Estimate `json:"cv"`
	Jain       Estimate `json:"jain"`
}

// Variant is one of the things compared.
type Variant struct {
	Name       string            `json:"variant"`
	Title      string            `json:"title"` // for charts and tables
	Algorithm  string            `json:"algorithm"`
	Parameters map[string]string `json:"parameters"`
	// Changes are the settings in which the variant differs, as path=value.
	Changes  []string          `json:"changes,omitempty"`
	Load     *float64          `json:"load,omitempty"` // offered load at which it was asked
	Unstable bool              `json:"unstable,omitempty"`
	Requests Requests          `json:"requests"`
	Status   map[string]uint64 `json:"status"`
	// Reasons says why requests were rejected: no_route, no_endpoint, affinity_lost,
	// route_limited (by a rate limit of their route), rate_limited (of their pool), shed,
	// overflow, queue_full or queue_timeout by the balancer, server_full by a server.
	Reasons    map[string]uint64 `json:"reasons,omitempty"`
	Latency    Latency           `json:"latency_seconds"`
	Wait       Wait              `json:"wait_seconds"`
	Throughput Estimate          `json:"throughput_rps"`
	ErrorRatio Estimate          `json:"error_ratio"`
	// Amplification is the attempts that reach servers for a request.
	Amplification Estimate `json:"amplification"`
	RetryRatio    Estimate `json:"retry_ratio"` // attempts after one that failed, over requests
	HedgeRatio    Estimate `json:"hedge_ratio"` // attempts beside another one, over requests
	// LostRatio is the attempts that reached servers and whose request another one
	// answered, over requests; WastedSeconds the worker-seconds that those took, and
	// WastedRatio their share of all that workers were busy. Null where nothing is hedged.
	LostRatio     Estimate `json:"lost_ratio"`
	WastedRatio   Estimate `json:"wasted_ratio"`
	WastedSeconds Estimate `json:"wasted_server_seconds"`
	// Utilization is the busy share of all workers; OfferedLoad the arriving
	// work over the capacity.
	Utilization Estimate `json:"utilization"`
	// CheckUtilization is of Utilization: what health checks take; null where they take
	// no work.
	CheckUtilization Estimate  `json:"check_utilization"`
	OfferedLoad      Estimate  `json:"offered_load"`
	InSystem         Estimate  `json:"mean_in_system"`
	Imbalance        Imbalance `json:"imbalance"`
	// HitRatio is the share of lookups that found their object in a cache; Misses
	// are those that did not, a second: what the origin behind the caches is asked.
	HitRatio Estimate `json:"hit_ratio"`
	Misses   Estimate `json:"misses_rps"`
	Cost     Cost     `json:"cost"`
	// Resent is how often clients sent a request again by themselves, over all
	// replications: what balancers try again is not in it.
	Resent uint64 `json:"resent"`
	// Sessions is how many sessions of clients began; null where there are none.
	Sessions Estimate `json:"sessions"`
	Classes  []Class  `json:"classes"`
	Routes   []Group  `json:"routes"` // in order of the file; empty without routes
	Pools    []Group  `json:"pools"`
	Tiers    []Tier   `json:"tiers"` // in order of the file; empty where no server calls others
	Servers  []Server `json:"servers"`
	Timeline Timeline `json:"timeline"`
	Recovery Recovery `json:"recovery"`
	Theory   []Theory `json:"theory,omitempty"`

	// Distribution is all replications' latencies merged; Replicates each
	// replication's, for bands in charts.
	Distribution *histogram.Histogram   `json:"-"`
	Replicates   []*histogram.Histogram `json:"-"`
}

// Cost is what the servers cost in the measured window.
type Cost struct {
	// ServerHours is the time that servers were there, from the decision to provision
	// them until their last request was done, summed over servers.
	ServerHours Estimate `json:"server_hours"`
	// Price is that at the groups' prices an hour; null where a group has none.
	Price  Estimate    `json:"price"`
	Groups []GroupCost `json:"groups"`
}

// GroupCost is a group of servers' part of it.
type GroupCost struct {
	Group       string   `json:"group"`
	ServerHours Estimate `json:"server_hours"`
	Price       Estimate `json:"price"`
}

// Class is one request class of a variant.
type Class struct {
	Name         string               `json:"name"`
	Requests     Requests             `json:"requests"`
	Resent       uint64               `json:"resent"`
	Reasons      map[string]uint64    `json:"reasons,omitempty"` // why requests were rejected
	Latency      Latency              `json:"latency_seconds"`
	Wait         Wait                 `json:"wait_seconds"`
	Distribution *histogram.Histogram `json:"-"`
}

// Server is one server of a variant.
type Server struct {
	Name        string            `json:"name"`
	Zone        string            `json:"zone"`
	Requests    uint64            `json:"requests"`
	Status      map[string]uint64 `json:"status"`
	Utilization Estimate          `json:"utilization"`
	MeanActive  Estimate          `json:"mean_active"`
	HitRatio    Estimate          `json:"hit_ratio"` // null where it has no cache
	Latency     Latency           `json:"latency_seconds"`
}
