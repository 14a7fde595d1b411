// Package replay plays a proxy's recording back: on the same balancer, which must decide
// everything again, and on others, which shows what another algorithm would have made of
// the same traffic.
package replay

// Schema is what a result calls itself.
const Schema = "lbsim.replay/v1"

// Result is what came of a recording.
type Result struct {
	Schema     string    `json:"schema"`
	File       string    `json:"file"`
	Algorithm  string    `json:"algorithm"` // that recorded; of several pools with their names
	Seconds    float64   `json:"seconds"`   // from the first call of the balancer to the last
	Calls      int       `json:"calls"`
	Reproduced bool      `json:"reproduced"` // every decision and event came again
	Warnings   []string  `json:"warnings"`
	Results    []Outcome `json:"results"` // what was recorded first
}

// Outcome is what an algorithm made of the traffic.
type Outcome struct {
	Variant    string    `json:"variant"`
	Recorded   bool      `json:"recorded"`
	Requests   int       `json:"requests"`
	Attempts   int       `json:"attempts"` // sent to servers
	Retries    int       `json:"retries"`  // attempts after a request's first
	Failed     int       `json:"failed"`   // requests whose last attempt failed
	Rejected   int       `json:"rejected"` // requests that the balancer refused
	Ejections  int       `json:"ejections"`
	RetryRatio float64   `json:"retry_ratio"`
	ErrorRatio float64   `json:"error_ratio"` // failed and rejected
	Imbalance  Imbalance `json:"imbalance"`
	Servers    []Server  `json:"servers"`
}

// Imbalance is how uneven the servers' attempts were, each over its weight.
type Imbalance struct {
	PeakToMean *float64 `json:"peak_to_mean"` // null where nothing was sent
	CV         *float64 `json:"cv"`
	Jain       *float64 `json:"jain"`
}

// Server is what a server got.
type Server struct {
	Pool         string  `json:"pool"`
	Name         string  `json:"name"`
	Attempts     int     `json:"attempts"`
	Share        float64 `json:"share"`          // of all attempts
	PeakInFlight int     `json:"peak_in_flight"` // the most at once
	MeanInFlight float64 `json:"mean_in_flight"` // over the recording
}
