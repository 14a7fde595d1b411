package exercise

import (
	"regexp"
	"slices"
	"strings"
)

// Reasons in free words are judged by what they are about. A pattern knows the words of the
// field; who writes of the thing in others is told which reasons count.
var (
	ofRequests = regexp.MustCompile(`retr|drain|path|rout|header|host|cookie|session|method|status|5\d\d|http/?2|grpc|multiplex|keep.?alive|long.?lived|each request|per.request|single (?:read|request)|rate.?limit|tls|waf|cach`)
	ofVariety  = regexp.MustCompile(`var(?:y|ies|iab)|uneven|unequal|differ|long|slow|heav|in.?flight|outstanding|open connections|busy|heterogen|size|capacit|room|queue|twenty|times as|expensive|cheap`)
	ofWeights  = regexp.MustCompile(`weight|capacit|size|proportion|share|same work|alike|uniform|similar|short`)
	ofSigns    = regexp.MustCompile(`p9\d|p50|latenc|in.?flight|queue|cpu|utili[sz]ation|error|varia|spread|skew|imbalance|hit.?rat|balancers?|frontends?|proxies|instances|servers|connections|requests|rps|rate|work`)
	ofAmounts  = regexp.MustCompile(`\d|above|more than|exceed|greater|below|less than|twice|double|half|times|outgrow|second|grows? to|several|another`)
	ofNoState  = regexp.MustCompile(`state.?less|session.?less|(?:\bno|n't|not|nothing|none|never|any|without)\b.*(?:state|session|stored|store|kept|keep|memory|local|data|sticky|affinity)|any (?:of them|instance|server|one|node)|shared (?:store|cache|session)|token|jwt|not needed|no need|nothing to|everything (?:they|it) needs?|self.?contained|interchangeable|identical`)
	stateful   = regexp.MustCompile(`\bnot state.?less|\bstateful`)
	ofState    = regexp.MustCompile(`session|state|memory|log(?:ged)? ?in|cart|cache`)
	ofWayOut   = regexp.MustCompile(`shared|store|redis|memcache|database|token|jwt|signed|state.?less|replicat|external`)

	latencies   = regexp.MustCompile(`laten|p\d\d|response time|duration|how (?:long|fast)|slow`)
	means       = regexp.MustCompile(`\b(?:mean|average|avg)\b`)
	quantiles   = regexp.MustCompile(`\bp9\d|percentile|quantile|9\d(?:\.\d+)? ?%`)
	failures    = regexp.MustCompile(`error|5xx|50\d|fail|availab|success|budget|burn|reject`)
	saturations = regexp.MustCompile(`cpu|satur|in.?flight|queue|utili|connections?|pending|threads|workers|slots|memory|in rotation|healthy|ejected|headroom|load of|busy`)
	processors  = regexp.MustCompile(`cpu|utili`)
	threshold   = regexp.MustCompile(`\d`)
	lasting     = regexp.MustCompile(`\b\d+ ?-?(?:m|min|mins|minutes?|h|hours?|d|days?)\b|(?:for|over|within|during|sustained|last) (?:a |an |the last )?(?:\d+ ?s\b|minute|hour|day)|burn`)
	alertTime   = regexp.MustCompile(`(?:>=?|≥|above|over|exceeds?|more than|longer than|slower than) ?(\d+(?:\.\d+)?) ?(ms|s)\b`)
	alertShare  = regexp.MustCompile(`(?:>=?|≥|above|over|exceeds?|more than) ?(\d+(?:\.\d+)?) ?%`)

	negation = regexp.MustCompile(`\b(?:no|not|never|without|nor|neither|don't|doesn't|isn't|aren't)\b`)
	pauses   = regexp.MustCompile(`[.;,:?!] |[.;?!]$| but | because | so that `)
)

// says reports whether a text has something that a pattern knows in a part that denies
// nothing: "no TLS needed" is not about TLS.
func says(text string, pattern *regexp.Regexp) bool {
	return slices.ContainsFunc(pauses.Split(strings.ToLower(text), -1), func(part string) bool {
		return pattern.MatchString(part) && !negation.MatchString(part)
	})
}

// mentions reports whether a text has something that a pattern knows, denied or not.
func mentions(text string, pattern *regexp.Regexp) bool {
	return pattern.MatchString(strings.ToLower(text))
}
