package exercise

import "regexp"

// Reasons in free words are judged by what they are about. A pattern knows the words of the
// field; who writes of the thing in others is told which reasons count.
var (
	ofRequests = regexp.MustCompile(`(?i)retr|drain|path|rout|header|host|cookie|session|method|status|5\d\d|http/?2|grpc|multiplex|keep.?alive|long.?lived|each request|per.request|single (?:read|request)|rate.?limit|tls|waf|cach`)
	ofVariety  = regexp.MustCompile(`(?i)var(?:y|ies|iab)|uneven|unequal|differ|long|slow|heav|in.?flight|outstanding|open connections|busy|heterogen|size|capacit|room|queue|twenty|times as`)
	ofWeights  = regexp.MustCompile(`(?i)weight|capacit|size|proportion|share|same work|alike|uniform|similar|short`)
	ofSigns    = regexp.MustCompile(`(?i)p9\d|p50|latenc|in.?flight|queue|cpu|utili[sz]ation|error|varia|spread|skew|imbalance|hit.?rat|balancers?|frontends?|proxies|instances|servers|connections|requests|rps|rate|work`)
	ofAmounts  = regexp.MustCompile(`(?i)\d|above|more than|exceed|greater|below|less than|twice|double|half|times|outgrow`)
	ofNoState  = regexp.MustCompile(`(?i)state.?less|no (?:state|session)|any (?:of them|instance|server|one)|shared (?:store|cache|session)|token|keeps? (?:no|nothing)|not needed|no need|nothing to`)
	ofState    = regexp.MustCompile(`(?i)session|state|memory|log(?:ged)? ?in|cart|cache`)
	ofWayOut   = regexp.MustCompile(`(?i)shared|store|redis|memcache|database|token|jwt|signed|state.?less|replicat|external`)

	latencies   = regexp.MustCompile(`(?i)laten|p\d\d|response time|duration|how (?:long|fast)|slow`)
	means       = regexp.MustCompile(`(?i)\b(?:mean|average|avg)\b`)
	quantiles   = regexp.MustCompile(`(?i)\bp9\d|percentile|quantile|9\d(?:\.\d+)?\s*%`)
	failures    = regexp.MustCompile(`(?i)error|5xx|50\d|fail|availab|success|budget|burn`)
	saturations = regexp.MustCompile(`(?i)cpu|satur|in.?flight|queue|utili|connections?|pending|threads|workers|memory|in rotation|healthy|ejected|headroom|load of`)
	threshold   = regexp.MustCompile(`\d`)
	duration    = regexp.MustCompile(`(?i)\b(?:for|over|within|in)\s+(?:a |the last )?\d*\s*(?:s|m|h|min|seconds?|minutes?|hours?|d|days?)\b|burn`)
	timeLimit   = regexp.MustCompile(`(?i)(?:>=?|above|over|exceeds?|more than|longer than)\s*(\d+(?:[.,]\d+)?)\s*(ms|milliseconds?|s|seconds?)\b`)
)
