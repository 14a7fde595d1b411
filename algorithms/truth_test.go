package algorithms

import (
	"testing"

	"lbsim/studies/truth/answers"
)

// truth is one row of the table of known answers.
type truth struct {
	answers.Answer
	params struct {
		Weights  []float64 `json:"weights"`
		Picks    int       `json:"picks"`
		Bins     int       `json:"bins_n"`
		Balls    int       `json:"balls_m"`
		D        int       `json:"d"`
		Rule     string    `json:"rule"`
		PerBin   float64   `json:"balls_per_bin"`
		Sampling string    `json:"sampling"`
	}
}

// truthRows returns the rows of a family with the parameters of schedules and bins.
func truthRows(t *testing.T, family string) (rows []truth) {
	t.Helper()
	for _, a := range answers.Of(t, family) {
		r := truth{Answer: a}
		a.Decode(t, &r.params)
		rows = append(rows, r)
	}
	return rows
}
