package config

import (
	"strconv"
	"strings"
	"time"

	"lbsim/balancer"
	"lbsim/config/decode"
)

// Health is how it is found out which endpoints are well.
type Health struct {
	Active  *balancer.HealthCheck
	Passive *balancer.OutlierDetection
}

var (
	span    = decode.Duration.That(decode.Above(time.Duration(0), "0"))
	instant = decode.Duration.That(decode.AtLeast(time.Duration(0), "0"))
	some    = decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(1_000_000, "1000000"))
	share   = decode.Share.That(decode.AtLeast(0.0, "0%"), decode.AtMost(1.0, "100%"))
)

var health = decode.Object[Health]{
	Name: "health",
	Doc:  "Which endpoints are well: active checks ask them, passive ones look at their answers.",
	Fields: []decode.Field[Health]{
		decode.Optional("active", decode.Pointer[balancer.HealthCheck]{To: active}, func(h *Health) **balancer.HealthCheck { return &h.Active },
			"Ask every endpoint from time to time."),
		decode.Optional("passive", decode.Pointer[balancer.OutlierDetection]{To: passive}, func(h *Health) **balancer.OutlierDetection { return &h.Passive },
			"Take out endpoints whose answers are bad."),
	},
	Groups: []decode.Group{{Sets: [][]string{{"active"}, {"passive"}, {"active", "passive"}}}},
}

// askedText is a request's target (RFC 9112, 3.2): a path, a whole URL, or * of OPTIONS.
var askedText = text("a path that begins with /, such as /healthz", func(s string) bool {
	return strings.HasPrefix(s, "/") || s == "*" || strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
})

// The intervals and thresholds are HAProxy's defaults (inter, rise, fall).
var active = decode.Object[balancer.HealthCheck]{
	Name: "active",
	Doc:  "Health checks.",
	Fields: []decode.Field[balancer.HealthCheck]{
		decode.Default("path", askedText, func(h *balancer.HealthCheck) *string { return &h.Path }, "/", "What is asked for."),
		decode.Optional("connect", decode.Truth, func(h *balancer.HealthCheck) *bool { return &h.Connect },
			"Whether a TCP connection is all that is asked for, which takes no work of a server's (servers.health); left out: false, HTTP."),
		decode.Optional("grpc", decode.Truth, func(h *balancer.HealthCheck) *bool { return &h.GRPC },
			"lbsim proxy: whether gRPC's health service is asked (grpc.health.v1.Health/Check), which must say SERVING; left out: false, HTTP."),
		decode.Optional("service", plainText, func(h *balancer.HealthCheck) *string { return &h.Service },
			"lbsim proxy: of which gRPC service that is asked; left out: of the whole server."),
		decode.Optional("port", decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(65535, "65535")), func(h *balancer.HealthCheck) *int { return &h.Port },
			"lbsim proxy: the port that is asked; left out: the endpoint's."),
		decode.Optional("expect", decode.Type[balancer.Statuses](statusRange{}), func(h *balancer.HealthCheck) *balancer.Statuses { return &h.Expect },
			"lbsim proxy: the statuses that pass, such as 200 or 200-299; left out: 200-399, as HAProxy's and NGINX's."),
		decode.Default("depth", depths, func(h *balancer.HealthCheck) *bool { return &h.Deep }, false,
			"shallow: whether the endpoint answers; deep: whether what it depends on does, too."),
		decode.Default("interval", span, func(h *balancer.HealthCheck) *time.Duration { return &h.Interval }, 2*time.Second,
			"From the end of a check to the next one."),
		decode.Optional("down_interval", span, func(h *balancer.HealthCheck) *time.Duration { return &h.DownInterval },
			"The interval while an endpoint is down; left out: interval."),
		decode.Optional("transition_interval", span, func(h *balancer.HealthCheck) *time.Duration { return &h.TransitionInterval },
			"The interval after a check that speaks against what an endpoint is taken for; left out: interval."),
		decode.Optional("timeout", span, func(h *balancer.HealthCheck) *time.Duration { return &h.Timeout },
			"After which a check without an answer has failed; left out: interval."),
		decode.Default("healthy", some, func(h *balancer.HealthCheck) *int { return &h.Healthy }, 2,
			"Checks passed in a row that bring an endpoint up. Its first check decides alone."),
		decode.Default("unhealthy", some, func(h *balancer.HealthCheck) *int { return &h.Unhealthy }, 3,
			"Checks failed in a row that take an endpoint down."),
		decode.Default("jitter", share, func(h *balancer.HealthCheck) *float64 { return &h.Jitter }, 0,
			"By which share of itself an interval is longer, at most, at random."),
		decode.Default("trusted", decode.Truth, func(h *balancer.HealthCheck) *bool { return &h.Trusted }, false,
			"Whether a new endpoint has traffic before its first check has ended."),
	},
	Check: func(v decode.Value, h *balancer.HealthCheck) {
		if h.GRPC && h.Connect {
			v.Get("grpc").FailKey("contradicts connect: a TCP connection is all that is asked for, or it is not")
		}
		if h.GRPC && h.Path != "/" {
			v.Get("path").FailKey("contradicts grpc, which asks for a service: say which with service")
		}
		if h.GRPC && h.Expect != (balancer.Statuses{}) {
			v.Get("expect").FailKey("contradicts grpc, whose answer that passes is SERVING")
		}
		if h.Service != "" && !h.GRPC {
			v.Get("service").FailKey("has no meaning without grpc: true")
		}
	},
}

// statusRange reads 200 or 200-299.
type statusRange struct{}

func (statusRange) Read(v decode.Value) (balancer.Statuses, bool) {
	text, _ := v.Literal()
	first, last, ranged := strings.Cut(text, "-")
	if !ranged {
		last = first
	}
	a, bad := strconv.Atoi(strings.TrimSpace(first))
	b, worse := strconv.Atoi(strings.TrimSpace(last))
	if bad != nil || worse != nil || a < 100 || b > 599 || a > b {
		v.Fail("must be a status such as 200, or a range such as 200-299")
		return balancer.Statuses{}, false
	}
	return balancer.Statuses{First: a, Last: b}, true
}

func (statusRange) Write(s balancer.Statuses) any {
	if s.First == s.Last {
		return strconv.Itoa(s.First)
	}
	return strconv.Itoa(s.First) + "-" + strconv.Itoa(s.Last)
}

func (statusRange) Schema(*decode.Defs) decode.Schema {
	return decode.Schema{"anyOf": []decode.Schema{{"type": "string", "pattern": "^[1-5][0-9][0-9]( *- *[1-5][0-9][0-9])?$"}, {"type": "integer", "minimum": 100, "maximum": 599}}}
}

var depths = decode.Words[bool]{Known: []decode.Word[bool]{{Name: "shallow", Value: false}, {Name: "deep", Value: true}}}

// The numbers are Envoy's defaults. The cap is gRPC's, under which one endpoint may
// always be ejected: under Envoy's, none of fewer than ten.
var passive = decode.Object[balancer.OutlierDetection]{
	Name: "passive",
	Doc:  "Outlier detection.",
	Fields: []decode.Field[balancer.OutlierDetection]{
		decode.Default("rule", outlierRules, func(o *balancer.OutlierDetection) *balancer.OutlierRule { return &o.Rule }, balancer.Outliers,
			"envoy: as the other settings say; nginx: consecutive_failures is max_fails (left out: 1) and ejection_time fail_timeout (left out: 10s), by NGINX's rule, of which the other settings are no part."),
		decode.Default("consecutive_failures", decode.Count.That(decode.AtLeast(0, "0"), decode.AtMost(1_000_000, "1000000")),
			func(o *balancer.OutlierDetection) *int { return &o.ConsecutiveFailures }, 5, "Failures in a row that eject an endpoint; 0: none do."),
		decode.Default("interval", span, func(o *balancer.OutlierDetection) *time.Duration { return &o.Interval }, 10*time.Second,
			"How often ejections are ended and rates looked at."),
		decode.Default("ejection_time", span, func(o *balancer.OutlierDetection) *time.Duration { return &o.EjectionTime }, 30*time.Second,
			"How long the first ejection lasts, the second twice as long, and so on; it ends with the interval."),
		decode.Default("max_ejection_time", span, func(o *balancer.OutlierDetection) *time.Duration { return &o.MaxEjectionTime }, 300*time.Second,
			"The longest ejection."),
		decode.Default("max_ejected", share, func(o *balancer.OutlierDetection) *float64 { return &o.MaxEjected }, 0.1,
			"The greatest share of the endpoints that may be ejected."),
		decode.Default("cap", caps, func(o *balancer.OutlierDetection) *balancer.CapRule { return &o.Cap }, balancer.CapBefore,
			"before: one more may be ejected while the share is below max_ejected, so one always may (gRPC); after: if it is not above it then (Envoy)."),
		decode.Default("always_one", decode.Truth, func(o *balancer.OutlierDetection) *bool { return &o.AlwaysOne }, false,
			"Whether one endpoint may be ejected whatever the share."),
		decode.Default("restore_on_check", decode.Truth, func(o *balancer.OutlierDetection) *bool { return &o.RestoreOnCheck }, true,
			"Whether a passed active check ends an ejection."),
		decode.Optional("success_rate", decode.Pointer[balancer.SuccessRate]{To: successRate}, func(o *balancer.OutlierDetection) **balancer.SuccessRate { return &o.SuccessRate },
			"Eject endpoints whose success rate is below the others'."),
		decode.Optional("failure_ratio", decode.Pointer[balancer.FailureRatio]{To: failureRatio}, func(o *balancer.OutlierDetection) **balancer.FailureRatio { return &o.FailureRatio },
			"Eject endpoints of whose requests too many fail."),
	},
	Check: checkFailWindows,
}

var outlierRules = decode.Words[balancer.OutlierRule]{Known: []decode.Word[balancer.OutlierRule]{
	{Name: balancer.Outliers.String(), Value: balancer.Outliers}, {Name: balancer.FailWindows.String(), Value: balancer.FailWindows},
}}

// checkFailWindows fills in NGINX's defaults and refuses what its rule has no place for.
func checkFailWindows(v decode.Value, o *balancer.OutlierDetection) {
	if o.Rule != balancer.FailWindows {
		return
	}
	if !v.Get("consecutive_failures").Present() {
		o.ConsecutiveFailures = 1
	}
	switch at := v.Get("ejection_time"); {
	case !at.Present():
		o.EjectionTime = 10 * time.Second
	case o.EjectionTime%time.Second != 0:
		at.Fail("must be whole seconds with rule: nginx, whose clock has no others")
	}
	usual := balancer.OutlierDetection{Rule: o.Rule, ConsecutiveFailures: o.ConsecutiveFailures, EjectionTime: o.EjectionTime,
		Interval: 10 * time.Second, MaxEjectionTime: 300 * time.Second, MaxEjected: 0.1, RestoreOnCheck: true}
	for _, x := range []struct {
		key  string
		same bool
	}{
		{"interval", o.Interval == usual.Interval}, {"max_ejection_time", o.MaxEjectionTime == usual.MaxEjectionTime},
		{"max_ejected", o.MaxEjected == usual.MaxEjected}, {"cap", o.Cap == usual.Cap}, {"always_one", !o.AlwaysOne},
		{"restore_on_check", o.RestoreOnCheck}, {"success_rate", o.SuccessRate == nil}, {"failure_ratio", o.FailureRatio == nil},
	} {
		if at := v.Get(x.key); at.Present() && !x.same {
			at.FailKey("is no part of rule: nginx: leave it out")
		}
	}
}

var caps = decode.Words[balancer.CapRule]{Known: []decode.Word[balancer.CapRule]{
	{Name: "before", Value: balancer.CapBefore}, {Name: "after", Value: balancer.CapAfter},
}}

// The numbers are those of Envoy and gRPC.
var successRate = decode.Object[balancer.SuccessRate]{
	Doc: "An endpoint is ejected whose success rate is less than the mean by so many standard deviations.",
	Fields: []decode.Field[balancer.SuccessRate]{
		decode.Default("hosts", some, func(s *balancer.SuccessRate) *int { return &s.Hosts }, 5, "How many endpoints must have had enough requests."),
		decode.Default("requests", some, func(s *balancer.SuccessRate) *int { return &s.Requests }, 100, "How many requests in an interval are enough."),
		decode.Default("factor", decode.Number.That(decode.AtLeast(0.0, "0"), decode.AtMost(1000.0, "1000")), func(s *balancer.SuccessRate) *float64 { return &s.Factor }, 1.9, "How many standard deviations."),
	},
}

var failureRatio = decode.Object[balancer.FailureRatio]{
	Doc: "An endpoint is ejected of whose requests in an interval so many fail.",
	Fields: []decode.Field[balancer.FailureRatio]{
		decode.Default("hosts", some, func(f *balancer.FailureRatio) *int { return &f.Hosts }, 5, "How many endpoints must have had enough requests."),
		decode.Default("requests", some, func(f *balancer.FailureRatio) *int { return &f.Requests }, 50, "How many requests in an interval are enough."),
		decode.Default("threshold", decode.Share.That(decode.Above(0.0, "0"), decode.AtMost(1.0, "100%")), func(f *balancer.FailureRatio) *float64 { return &f.Threshold }, 0.85, "Which share of failures ejects."),
	},
}
