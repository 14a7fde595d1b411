package config

import (
	"slices"
	"strconv"
	"time"

	"lbsim/balancer"
	"lbsim/config/decode"
)

// Retries is how requests whose attempt failed are tried again, as written.
type Retries struct {
	Attempts      int
	Conditions    []string // connect_failure, reset, timeout, 5xx, or a status
	AnyMethod     bool
	PerTryTimeout time.Duration // 0: none
	Backoff       Backoff
	AnyServer     bool
	Redispatch    int     // 0: each retry; balancer.Never
	Budget        *Budget // nil: unlimited
}

// Backoff is the wait before a retry: none with a base of 0; Connect is that after a
// failure to connect, where it is not 0.
type Backoff struct{ Base, Max, Connect time.Duration }

// Budget is the bound on retries, or on copies.
type Budget struct {
	Kind string // one of budgetKinds
	Rule balancer.Budget
}

var budgetKinds = []balancer.BudgetKind{balancer.TokenBucket, balancer.Concurrent, balancer.Throttle}

// rule returns what package balancer is told.
func (b *Budget) rule() *balancer.Budget {
	rule := b.Rule
	for _, kind := range budgetKinds {
		if kind.String() == b.Kind {
			rule.Kind = kind
		}
	}
	return &rule
}

// Policy returns what package balancer is told.
func (r *Retries) Policy() *balancer.Retries {
	p := &balancer.Retries{Attempts: r.Attempts, AnyMethod: r.AnyMethod, PerTry: r.PerTryTimeout,
		Backoff: r.Backoff.Base, MaxBackoff: r.Backoff.Max, ConnectWait: r.Backoff.Connect, AnyServer: r.AnyServer, Redispatch: r.Redispatch}
	if r.Budget != nil {
		p.Budget = r.Budget.rule()
	}
	p.ConnectFailure = slices.Contains(r.Conditions, "connect_failure")
	p.Reset = slices.Contains(r.Conditions, "reset")
	p.Timeout = slices.Contains(r.Conditions, "timeout")
	for status := 500; status <= 599; status++ {
		if slices.Contains(r.Conditions, "5xx") || slices.Contains(r.Conditions, strconv.Itoa(status)) {
			p.Statuses = append(p.Statuses, status)
		}
	}
	return p
}

// usualBudget is Finagle's and Linkerd's default.
var usualBudget = &Budget{Kind: balancer.TokenBucket.String(), Rule: balancer.Budget{Ratio: 0.2, MinRate: 10, TTL: 10 * time.Second}}

// The conditions are NGINX's "error", the number of attempts and the back-off Envoy's
// (num_retries 1, 25 ms, 250 ms).
var retries = decode.Object[Retries]{
	Name: "retries",
	Doc:  "Further attempts of requests that failed.",
	Fields: []decode.Field[Retries]{
		decode.Default("attempts", decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(100, "100")), func(r *Retries) *int { return &r.Attempts }, 2,
			"How many attempts a request has, the first included."),
		decode.Default("conditions", decode.List[string]{Of: condition{}, Min: 1}, func(r *Retries) *[]string { return &r.Conditions }, []string{"connect_failure", "reset"},
			"After what to try again: connect_failure, reset (the connection broke), timeout (per_try_timeout passed), 5xx, or a status such as 503."),
		decode.Default("methods", methods, func(r *Retries) *bool { return &r.AnyMethod }, false,
			"idempotent: a POST or PATCH that may have been sent is not tried again; any."),
		decode.Optional("per_try_timeout", span, func(r *Retries) *time.Duration { return &r.PerTryTimeout },
			"How long one attempt may take (504); left out: as long as it likes."),
		decode.Section("backoff", backoff, func(r *Retries) *Backoff { return &r.Backoff }, "The wait before a retry."),
		decode.Default("same_server", decode.Truth, func(r *Retries) *bool { return &r.AnyServer }, false,
			"Whether a server may be tried again though there are others."),
		decode.Optional("redispatch", decode.WordOr[int]{Word: "never", Means: balancer.Never, Else: decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(100, "100"))},
			func(r *Retries) *int { return &r.Redispatch },
			"The how-manieth retry goes to another server, and its multiples, while those between go to the one that failed, as long as it can be used (HAProxy's option redispatch); never: all go there. Left out: each goes to another one."),
		decode.Default("budget", budgetOr, func(r *Retries) **Budget { return &r.Budget }, usualBudget,
			"The bound on retries; unlimited."),
	},
	Check: func(v decode.Value, r *Retries) {
		if slices.Contains(r.Conditions, "timeout") && r.PerTryTimeout == 0 {
			v.Get("conditions").FailKey("timeout needs a per_try_timeout, which says when one has come")
		}
		if r.Redispatch != 0 && r.AnyServer {
			v.Get("redispatch").FailKey("contradicts same_server, under which nothing says where a retry goes")
		}
	},
}

var methods = decode.Words[bool]{Known: []decode.Word[bool]{{Name: "idempotent", Value: false}, {Name: "any", Value: true}}}

var backoff = decode.Object[Backoff]{
	Doc: "Uniform at random up to (2^n - 1) times the base before retry n: full jitter.",
	Fields: []decode.Field[Backoff]{
		decode.Default("base", instant, func(b *Backoff) *time.Duration { return &b.Base }, 25*time.Millisecond, "The longest wait before the first retry; 0s: none before any."),
		decode.Optional("connect", span, func(b *Backoff) *time.Duration { return &b.Connect }, "The wait instead after a failure to connect, always as long, with redispatch before those that stay alone; left out: as after others. HAProxy's is a second, or timeouts.connect where that is less."),
		decode.Default("max", span, func(b *Backoff) *time.Duration { return &b.Max }, 250*time.Millisecond, "The longest wait."),
	},
}

// conditionWords are the conditions beside a status.
var conditionWords = []string{"connect_failure", "reset", "timeout", "5xx"}

// condition reads a word or a status, quoted or not.
type condition struct{}

func (condition) Read(v decode.Value) (string, bool) {
	text, ok := v.Literal()
	status, err := strconv.Atoi(text)
	if ok && (slices.Contains(conditionWords, text) || err == nil && status >= 500 && status <= 599) {
		return text, true
	}
	v.Fail("must be a status from 500 to 599 or a condition: %s", decode.Suggest(text, conditionWords))
	return "", false
}

func (condition) Write(x string) any { return x }

func (condition) Schema(*decode.Defs) decode.Schema {
	return decode.Schema{"anyOf": []decode.Schema{{"enum": conditionWords}, {"type": "string", "pattern": "^5[0-9][0-9]$"}, {"type": "integer", "minimum": 500, "maximum": 599}}}
}
