package balancer

import (
	"math"
	"time"

	"lbsim/clock"
)

// Budget bounds how much retries add to the load.
type Budget struct {
	Kind BudgetKind
	// Ratio is how many retries there may be to a request, >= 0: of TokenBucket over
	// time, of Concurrent at any moment.
	Ratio float64

	MinRate float64       // TokenBucket: retries a second that are always allowed
	TTL     time.Duration // TokenBucket: after how long a token is forgotten; > 0

	MinConcurrent int // Concurrent: retries at once that are always allowed

	MaxTokens  float64 // Throttle: > 0, at most 1000
	TokenRatio float64 // Throttle: > 0
}

// BudgetKind is the rule of a budget.
type BudgetKind uint8

const (
	// TokenBucket is Finagle's and Linkerd's: each request puts 1 in, each retry takes
	// 1/Ratio out, what is older than TTL is forgotten, and a reserve of MinRate·TTL
	// retries is there always. Source: finagle RetryBudget.scala and
	// LeakyTokenBucket.scala at 4feb34c.
	TokenBucket BudgetKind = iota
	// Concurrent is Envoy's: a retry may begin while fewer retries than
	// max(Ratio·attempts in flight, MinConcurrent) are under way, back-off included.
	// Source: envoy conn_pool resource manager, RetryBudgetImpl.
	Concurrent
	// Throttle is gRPC's: a failure takes a token, a success gives TokenRatio back, of
	// at most MaxTokens; retries are allowed with more than half of them. Source: gRFC
	// A6.
	Throttle
)

// String returns the word of the configuration.
func (k BudgetKind) String() string { return [...]string{"token_bucket", "concurrent", "throttle"}[k] }

// budget is a Budget's state.
type budget struct {
	Budget
	deposit, withdrawal, reserve int64 // of a bucket, thousandths of a request
	window                       [bucketWindows]int64
	sum                          int64      // of the windows
	current                      int64      // number of the window that time is in
	ends                         clock.Time // of that window
	tokens, most, gain           int64      // of a throttle, thousandths
}

// bucketWindows is into how many parts the TTL is divided, each forgotten as a whole.
const bucketWindows = 10

// thousand is the scale of tokens, in Finagle and in gRPC.
const thousand = 1000

func newBudget(cfg *Budget) *budget {
	b := &budget{Budget: *cfg}
	switch cfg.Kind {
	case TokenBucket:
		b.withdrawal = 1
		if cfg.Ratio > 0 {
			b.deposit = thousand
			b.withdrawal = max(1, int64(thousand/cfg.Ratio+1e-9))
		}
		b.reserve = int64(math.Round(cfg.MinRate * cfg.TTL.Seconds() * float64(b.withdrawal)))
	case Throttle:
		b.most = int64(math.Round(cfg.MaxTokens * thousand))
		b.gain = int64(math.Round(cfg.TokenRatio * thousand))
		b.tokens = b.most
	}
	return b
}

// requested notes a request's first attempt.
func (b *budget) requested(now clock.Time) {
	if b.Kind == TokenBucket {
		b.put(now, b.deposit)
	}
}

// ended notes how an attempt ended: it failed so that it might be tried again, or it
// succeeded. Anything else moves no token (gRFC A6).
func (b *budget) ended(retryable, ok bool) {
	switch {
	case b.Kind != Throttle:
	case retryable:
		b.tokens = max(b.tokens-thousand, 0)
	case ok:
		b.tokens = min(b.tokens+b.gain, b.most)
	}
}

// take asks for a retry beside attempts in flight and retries under way.
func (b *budget) take(now clock.Time, attempts, retries int) bool {
	switch b.Kind {
	case TokenBucket:
		b.forget(now)
		if b.sum+b.reserve < b.withdrawal {
			return false
		}
		b.put(now, -b.withdrawal)
		return true
	case Concurrent:
		return float64(retries) < max(float64(b.Ratio*float64(attempts)), float64(b.MinConcurrent))
	}
	return 2*b.tokens > b.most
}

func (b *budget) put(now clock.Time, amount int64) {
	b.forget(now)
	b.window[b.current%bucketWindows] += amount
	b.sum += amount
}

// forget drops the windows that are older than the TTL.
func (b *budget) forget(now clock.Time) {
	if now < b.ends {
		return
	}
	length := max(int64(b.TTL)/bucketWindows, 1)
	current := int64(now) / length
	b.ends = clock.Time((current + 1) * length)
	for range min(current-b.current, bucketWindows) {
		b.current++
		b.sum -= b.window[b.current%bucketWindows]
		b.window[b.current%bucketWindows] = 0
	}
	b.current = current
}
