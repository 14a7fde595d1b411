// Package found looks settings up in a configuration that was read, for tests.
package found

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"lbsim/config/foreign"
)

// At is a setting of the balancer's document by its path, such as
// pools.web.endpoints.0.weight, as JSON without the quotes of a word; null: there is none.
func At(t testing.TB, c *foreign.Config, path string) string {
	t.Helper()
	var x any = c.Balancer.Document()
	for key := range strings.SplitSeq(path, ".") {
		switch y := x.(type) {
		case map[string]any:
			x = y[key]
		case []any:
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || i < 0 || i >= len(y) {
				return "null"
			}
			x = y[i]
		default:
			return "null"
		}
	}
	text, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Trim(string(text), `"`)
}
