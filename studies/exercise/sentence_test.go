package exercise

import (
	"math"
	"testing"
	"time"
)

// Objectives as people write them.
func TestReadSentence(t *testing.T) {
	const ms = time.Millisecond
	for text, want := range map[string]sentence{
		"99% of requests < 250ms, fewer than 0.1% fail, 28d":                                                      {0.99, 250 * ms, 0.001, true, true, false},
		"99% of all requests in no more than 250ms, less than 0.1% errors over 30 days":                           {0.99, 250 * ms, 0.001, true, true, false},
		"No more than 1% of requests slower than 250 ms, 99.9% of requests succeed, over four weeks":              {0.99, 250 * ms, 0.001, true, true, false},
		"99 percent of requests within 250 milliseconds, fewer than 0.1 percent fail, 30 days":                    {0.99, 250 * ms, 0.001, true, true, false},
		"99th percentile of GET latency under 250ms; success rate >= 99.9%; window: quarter":                      {0.99, 250 * ms, 0.001, true, true, false},
		"p99 of requests ≤ 250ms, 5xx ≤ 0.1% per month":                                                           {0.99, 250 * ms, 0.001, true, true, false},
		"p99 < 250ms and error ratio < 0.05% over 30 days for all requests":                                       {0.99, 250 * ms, 0.0005, true, true, false},
		"99% of requests within 250ms, 99.9% uptime, per month":                                                   {0.99, 250 * ms, 0.001, true, true, false},
		"99% of requests within 250ms, error budget 0.1%, monthly":                                                {0.99, 250 * ms, 0.001, true, true, false},
		"99% of requests within 250ms with an error rate of 0.1% or less each month":                              {0.99, 250 * ms, 0.001, true, true, false},
		"Three nines of requests succeed and 99% take less than 250ms, over a week":                               {0.99, 250 * ms, 0.001, true, true, false},
		"99% of requests within 250ms, at most 1 in 1000 fails, in thirty days":                                   {0.99, 250 * ms, 0.001, true, true, false},
		"99 out of 100 requests return within 250ms, 999 out of 1000 return without error, weekly":                {0.99, 250 * ms, 0.001, true, true, false},
		"Ninety-nine percent of the requests within 250 ms, 0.1% may fail, over 28 days":                          {0.99, 250 * ms, 0.001, true, true, false},
		"99.5% of reads and orders within 200 ms and availability of 99.9% per month":                             {0.995, 200 * ms, 0.001, true, true, false},
		"Over 28 days, 99% of the requests are answered within 250 ms, and fewer than 0.1% fail, as we see it":    {0.99, 250 * ms, 0.001, true, true, false},
		"99% of logins and checks answered within 1 second, 99.95% succeed, during the launch and over the month": {0.99, 1000 * ms, 0.0005, true, true, false},
		"99% of logins are answered within 2 s, and fewer than 1% fail":                                           {0.99, 2000 * ms, 0.01, false, true, false},
		"p99.9 < 1.5 s and 100% succeed over 1 month":                                                             {0.999, 1500 * ms, 0, true, false, false},
		"p999 of answers < 2s":                                                      {0.999, 2000 * ms, -1, false, true, false},
		"The average response time is below 100 ms":                                 {0, 0, -1, false, false, true},
		"The login service is fast and 99.9% available over 30 days for all logins": {0, 0, 0.001, true, true, false},
		"fast and reliable":                                                         {0, 0, -1, false, false, false},
		"Over 28 days fewer than 0.1% of the requests fail and 95% of the requests are answered within 0.25 s": {0.95, 250 * ms, 0.001, true, true, false},
		"Über 28 days 99,9% of requests succeed; 99 % der requests within 250 ms":                              {0.99, 250 * ms, 0.001, true, true, false},
	} {
		got := readSentence(text)
		if math.Abs(got.quantile-want.quantile) > 1e-9 || got.limit != want.limit || math.Abs(got.errors-want.errors) > 1e-9 || got.window != want.window || got.whose != want.whose || got.mean != want.mean {
			t.Errorf("%s:\n got %+v\nwant %+v", text, got, want)
		}
	}
}
