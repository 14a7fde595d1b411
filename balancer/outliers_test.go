package balancer

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"lbsim/algorithms"
	"lbsim/random"
	"lbsim/studies/truth/answers"
)

// Success-rate outlier detection: the published means, thresholds and who is ejected.
func TestOutlierKnownAnswers(t *testing.T) {
	rows := 0
	for _, r := range answers.Of(t, "outlier") {
		var p struct {
			Rates  []float64 `json:"success_rates_percent"`
			N      int       `json:"n"`
			Factor float64   `json:"stdev_factor"`
		}
		r.Decode(t, &p)
		limit := func(factor float64) string { // a factor of 0 leaves the mean
			lb := judged(t, p.Rates, factor)
			x, ok := lb.pools[0].outliers.successLimit(lb.pools[0])
			return fmt.Sprint(ok, math.Abs(100*x-r.Value()) < 1e-7)
		}
		switch what := strings.Split(r.ID, ".")[1]; what {
		case "mean":
			rows++
			if got := limit(0); got != "true true" {
				t.Errorf("%s: %s", r.ID, got)
			}
		case "thr":
			rows++
			if got := limit(p.Factor); got != "true true" {
				t.Errorf("%s: %s", r.ID, got)
			}
		case "ejected":
			rows++
			if got := ejectedOf(judged(t, p.Rates, p.Factor)); got != r.Expected {
				t.Errorf("%s: %s, want %s", r.ID, got, r.Expected)
			}
		case "zmax":
			rows++
			rates := make([]float64, p.N)
			for i := 1; i < p.N; i++ {
				rates[i] = 100
			}
			if got := fmt.Sprint(ejectedOf(judged(t, rates, p.Factor)) == "0"); got != strings.ToLower(r.Expected) {
				t.Errorf("%s: %s, want %s", r.ID, got, r.Expected)
			}
		}
	}
	if rows < 12 {
		t.Errorf("%d rows", rows)
	}
}

// judged is a balancer whose endpoints have had 100 requests with these success rates.
func judged(t *testing.T, percent []float64, factor float64) *Balancer {
	t.Helper()
	choice, err := algorithms.Parse("round_robin")
	if err != nil {
		t.Fatal(err)
	}
	lb, err := New(Config{Pools: []PoolConfig{{Algorithm: choice, Outliers: &OutlierDetection{Interval: time.Second, EjectionTime: time.Minute, MaxEjected: 1,
		SuccessRate: &SuccessRate{Hosts: 1, Requests: 100, Factor: factor}}}}}, random.NewIndex(1, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	var eps []Endpoint
	for i := range percent {
		eps = append(eps, Endpoint{Name: fmt.Sprint(i), Weight: 1})
	}
	lb.SetEndpoints(0, 0, eps)
	for n := range 100 * len(percent) {
		var r Request
		ticket := lb.Start(0, &r).Ticket
		o := OK
		if float64(n/len(percent)) >= percent[ticket.Slot] {
			o = Error
		}
		lb.Finish(0, &r, ticket, o)
	}
	return lb
}

// ejectedOf lets the sweep come and returns whom it ejects.
func ejectedOf(lb *Balancer) string {
	at, _ := lb.NextWake()
	lb.Wake(at)
	var slots []string
	for _, e := range lb.AppendEvents(nil) {
		if e.Kind == Ejected {
			slots = append(slots, strconv.Itoa(int(e.Slot)))
		}
	}
	return strings.Join(slots, " ")
}
