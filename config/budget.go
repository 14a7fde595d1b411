package config

import (
	"time"

	"lbsim/config/decode"
)

// budgetOr reads a budget, or the word unlimited.
var budgetOr = decode.WordOr[*Budget]{Word: "unlimited", Else: decode.Pointer[Budget]{To: budgetType{}}}

// budgetType reads the budget of a kind; without a kind, a bucket.
type budgetType struct{}

func (budgetType) Read(v decode.Value) (Budget, bool) {
	if v.Get("kind").Present() {
		return budgets.Read(v)
	}
	b, ok := bucket.Read(v)
	b.Kind = usualBudget.Kind
	return b, ok
}

func (budgetType) Write(b Budget) any { return budgets.Write(b) }

func (budgetType) Schema(d *decode.Defs) decode.Schema {
	return decode.Schema{"anyOf": []decode.Schema{budgets.Schema(d), bucket.Schema(d)}}
}

// budgets are the kinds, each with the defaults of the product that it comes from:
// Finagle, Envoy, and for the throttle gRFC A6's example.
var budgets = decode.Union[Budget]{
	Doc: "How many retries there may be.",
	Tag: "kind", TagDoc: "The rule.",
	Word: func(b *Budget) *string { return &b.Kind },
	Cases: []decode.Case[Budget]{
		{Word: "token_bucket", Object: bucket},
		{Word: "concurrent", Object: decode.Object[Budget]{
			Doc: "A share of the attempts in flight (Envoy).",
			Fields: []decode.Field[Budget]{ratio,
				decode.Default("min_concurrent", decode.Count.That(decode.AtLeast(0, "0"), decode.AtMost(1_000_000, "1000000")), func(b *Budget) *int { return &b.Rule.MinConcurrent }, 3, "Retries at once that are always allowed."),
			}}},
		{Word: "throttle", Object: decode.Object[Budget]{
			Doc: "Tokens that failures take and successes give; with half of them or less there are no retries (gRPC).",
			Fields: []decode.Field[Budget]{
				decode.Default("max_tokens", decode.Number.That(decode.Above(0.0, "0"), decode.AtMost(1000.0, "1000")), func(b *Budget) *float64 { return &b.Rule.MaxTokens }, 10, "How many tokens there are at most."),
				decode.Default("token_ratio", decode.Number.That(decode.AtLeast(0.001, "0.001"), decode.AtMost(1000.0, "1000")), func(b *Budget) *float64 { return &b.Rule.TokenRatio }, 0.1, "What a success gives; a failure takes 1."),
			}}},
	},
}

var ratio = decode.Default("ratio", decode.Share.That(decode.AtLeast(0.0, "0%"), decode.AtMost(10.0, "1000%")), func(b *Budget) *float64 { return &b.Rule.Ratio }, 0.2, "Retries to a request.")

var bucket = decode.Object[Budget]{
	Doc: "A share of the requests of the last seconds (Finagle, Linkerd).",
	Fields: []decode.Field[Budget]{ratio,
		decode.Default("min_rate", decode.Rate, func(b *Budget) *float64 { return &b.Rule.MinRate }, 10, "Retries a second that are always allowed."),
		decode.Default("ttl", decode.Duration.That(decode.AtLeast(time.Second, "1s"), decode.AtMost(24*time.Hour, "24h")), func(b *Budget) *time.Duration { return &b.Rule.TTL }, 10*time.Second, "For how long a request counts."),
	},
}
