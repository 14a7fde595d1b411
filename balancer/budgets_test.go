package balancer

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"lbsim/studies/truth/answers"
)

// gRPC's throttle, outcome by outcome: the published tokens and permissions.
func TestThrottleKnownAnswers(t *testing.T) {
	rows := answers.Of(t, "grpcthrottle")
	for _, r := range rows {
		var p struct {
			MaxTokens, TokenRatio float64
			Outcomes              string
		}
		r.Decode(t, &p)
		if got := throttled(r.ID, p.MaxTokens, p.TokenRatio, p.Outcomes); got != r.Expected {
			t.Errorf("%s: %s, want %s", r.ID, got, r.Expected)
		}
	}
	if len(rows) != 5 {
		t.Errorf("%d rows", len(rows))
	}
}

func throttled(id string, most, ratio float64, outcomes string) string {
	if strings.HasPrefix(id, "grpcthrottle.pstar") { // failures·1 = successes·ratio
		b := newBudget(&Budget{Kind: Throttle, MaxTokens: 1, TokenRatio: ratio})
		return fmt.Sprintf("%.11f", float64(b.gain)/float64(b.gain+thousand))
	}
	b := newBudget(&Budget{Kind: Throttle, MaxTokens: most, TokenRatio: ratio})
	var said []string
	for _, o := range outcomes {
		b.ended(o == 'F', o == 'S')
		if strings.HasPrefix(id, "grpcthrottle.tok") {
			said = append(said, strconv.FormatFloat(float64(b.tokens)/thousand, 'g', -1, 64))
		} else {
			said = append(said, map[bool]string{true: "1", false: "0"}[b.take(0, 0, 0)])
		}
	}
	return strings.Join(said, " ")
}
