package result

// Timeline is a variant over time: one value an interval, from the start of the
// run to its horizon, pooled over replications (counts are means per
// replication). A quantile that too few requests support is null. HitRatio is empty
// where no server has a cache, and null where nothing was looked up. Up is how
// many servers balancers know, Wanted that with those being provisioned; both are
// empty where the servers are always the same.
type Timeline struct {
	Interval  float64              `json:"interval_seconds"`
	Offered   []float64            `json:"offered"`
	Completed []float64            `json:"completed"`
	Failed    []float64            `json:"failed"` // failed, rejected and timed out
	InFlight  []float64            `json:"in_flight"`
	P50       []*float64           `json:"p50_seconds"`
	P99       []*float64           `json:"p99_seconds"`
	HitRatio  []*float64           `json:"hit_ratio"`
	Attempts  []float64            `json:"attempts,omitempty"`
	Status    map[string][]float64 `json:"status,omitempty"`
	Servers   []ServerTimeline     `json:"servers,omitempty"`
	Up        []float64            `json:"servers_up,omitempty"`
	Wanted    []float64            `json:"servers_wanted,omitempty"`
	Events    []Event              `json:"events"`
}

// ServerTimeline is one server over time: its share of the attempts that reached
// servers in an interval, null where there were none, and the requests that it had at
// the interval's end, the mean over replications.
type ServerTimeline struct {
	Name     string     `json:"name"`
	Share    []*float64 `json:"share"`
	InFlight []float64  `json:"in_flight"`
}

// Event is something that happened at an instant of the timeline.
type Event struct {
	At     float64 `json:"at_seconds"`
	Kind   string  `json:"kind"`
	Server string  `json:"server,omitempty"`
	Pool   string  `json:"pool,omitempty"` // of several, where it is about all servers of one
	Detail string  `json:"detail,omitempty"`
}

// ByBalancer is the detail of an event that is a balancer's doing. Instants are those of
// the first replication: they differ in others.
const ByBalancer = "balancer, first replication"

// Recovery is how the first failure went, or the first deploy; null where there was none.
// RequestsCut is how many attempts a replication had that ended with the time to drain, or
// with the process that a deploy stopped. Failed and Saved count requests of a replication
// from the failure on: those without an answer, and those that another attempt than their
// first was answered to; Peak is the greatest number of attempts for a request in an
// interval of the timeline since then.
type Recovery struct {
	Detect       Estimate  `json:"detect_seconds"`
	Recover      Estimate  `json:"recover_seconds"`
	Failed       Estimate  `json:"requests_failed"`
	Saved        Estimate  `json:"requests_saved"`
	Peak         Estimate  `json:"peak_amplification"`
	SessionsLost Estimate  `json:"sessions_lost"`
	Deploy       Estimate  `json:"deploy_seconds"`
	Cut          Estimate  `json:"requests_cut"`
	Events       []Failure `json:"events"` // every failure, in order of time
}

// Failure is something that the timeline breaks, with the figures of Recovery about it
// alone: until the next failure. What breaks at one instant is one.
type Failure struct {
	At      float64  `json:"at_seconds"`
	Kind    string   `json:"kind"`
	Server  string   `json:"server,omitempty"`
	Detail  string   `json:"detail,omitempty"`
	Detect  Estimate `json:"detect_seconds"`
	Recover Estimate `json:"recover_seconds"`
	Failed  Estimate `json:"requests_failed"`
	Saved   Estimate `json:"requests_saved"`
	Peak    Estimate `json:"peak_amplification"`
}
