package balancer

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// gRPC's throttle, outcome by outcome: the published tokens and permissions.
func TestThrottleKnownAnswers(t *testing.T) {
	file, err := os.Open("../testdata/truth_public.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, r := range records {
		if !strings.HasPrefix(r[0], "grpcthrottle.") {
			continue
		}
		rows++
		var p struct {
			MaxTokens, TokenRatio float64
			Outcomes              string
		}
		if err := json.Unmarshal([]byte(r[2]), &p); err != nil {
			t.Fatal(err)
		}
		if got := throttled(r[0], p.MaxTokens, p.TokenRatio, p.Outcomes); got != r[4] {
			t.Errorf("%s: %s, want %s", r[0], got, r[4])
		}
	}
	if rows != 5 {
		t.Errorf("%d rows", rows)
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
