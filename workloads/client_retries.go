package workloads

import "slices"

// ClientRetriesSpec is how a client tries again by itself, as a scenario writes it.
type ClientRetriesSpec struct {
	Attempts int               // of a request, the first included; >= 1, 0: unlimited
	After    []string          // of RetryReasons
	Backoff  *DistributionSpec // the wait before each further attempt, seconds; nil: none
	Deadline *float64          // seconds from the first send; nil: none
}

// RetryReasons are the ends of an attempt after which a client may try again.
var RetryReasons = []string{"rejected", "failed", "timed_out"}

// ClientRetries is how a client tries again by itself, which is another thing than a
// balancer that does: each attempt is a new request to a balancer, any of them, that
// knows nothing of the one before. The client's Timeout is each attempt's. It is
// immutable.
type ClientRetries struct {
	Attempts int // 0: unlimited
	// Rejected, Failed and TimedOut say after what: a refusal by the balancer or a full
	// server, an error, no answer in time (the client's own time or a 504).
	Rejected, Failed, TimedOut bool
	Backoff                    Distribution // seconds; nil: none
	Deadline                   float64      // seconds from the first send, in all; 0: none
}

// Build returns the retries that s describes, with errors as DistributionSpec.Build has
// them.
func (s ClientRetriesSpec) Build() (*ClientRetries, error) {
	r := &ClientRetries{Attempts: s.Attempts, Deadline: valueOr(s.Deadline, 0)}
	err := within("attempts", float64(s.Attempts), 0, 1e6)
	if s.Deadline != nil {
		err = first(err, positive("deadline", r.Deadline))
	}
	for _, reason := range s.After {
		if !slices.Contains(RetryReasons, reason) {
			return nil, unknown("after", reason, RetryReasons)
		}
	}
	r.Rejected = slices.Contains(s.After, "rejected")
	r.Failed = slices.Contains(s.After, "failed")
	r.TimedOut = slices.Contains(s.After, "timed_out")
	if err == nil && s.Backoff != nil {
		r.Backoff, err = s.Backoff.Build()
	}
	if err == nil && r.Attempts == 0 && (r.Backoff == nil || r.Backoff.Mean() == 0) {
		err = &ParameterError{Name: "backoff", Rule: "is missing: without end and without a wait a client would ask for ever at one instant"}
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}
