package envoy

import (
	"slices"
	"strings"
)

// retryOn is what the words of retry_on stand for (router_filter, x-envoy-retry-on).
var retryOn = map[string][]any{
	"5xx":             {"5xx", "reset", "connect_failure", "timeout"},
	"gateway-error":   {"502", "503", "504", "reset", "connect_failure", "timeout"},
	"reset":           {"reset", "timeout"},
	"connect-failure": {"connect_failure"},
	"refused-stream":  {"connect_failure"},
	"unavailable":     {"503"}, // of gRPC
}

// conditionsOf returns after what a policy tries again, and the words that stand for
// nothing here.
func conditionsOf(policy node) (conditions []any, unknown []string) {
	add := func(c any) {
		if !slices.Contains(conditions, c) {
			conditions = append(conditions, c)
		}
	}
	for word := range strings.SplitSeq(policy.get("retry_on").text(), ",") {
		word = strings.TrimSpace(word)
		if word == "retriable-status-codes" {
			for _, status := range policy.get("retriable_status_codes").list() {
				if n := status.number(0); n >= 500 && n <= 599 {
					add(status.text())
				} else {
					unknown = append(unknown, status.text())
				}
			}
			continue
		}
		known, ok := retryOn[word]
		if !ok && word != "" {
			unknown = append(unknown, word)
		}
		for _, c := range known {
			add(c)
		}
	}
	return conditions, unknown
}
