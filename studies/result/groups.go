package result

// Group is the requests that one route matched, or that went to one pool. Those that no
// route matched (404) are in none.
type Group struct {
	Name     string   `json:"name"`
	Requests Requests `json:"requests"`
	// Reasons says why requests were rejected, as those of the variant do.
	Reasons    map[string]uint64 `json:"reasons,omitempty"`
	ErrorRatio Estimate          `json:"error_ratio"`
	Throughput Estimate          `json:"throughput_rps"`
	Latency    Latency           `json:"latency_seconds"`
	// Mirrored is the copies that mirrors sent to a pool besides, over all replications.
	Mirrored uint64 `json:"mirrored,omitempty"`
}
