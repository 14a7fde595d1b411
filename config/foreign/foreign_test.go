package foreign_test

import (
	"testing"

	"lbsim/config/decode"
	"lbsim/config/foreign"
)

// What was written nowhere is looked for around it.
func TestPlaceIsTheNearest(t *testing.T) {
	c := foreign.Config{Places: map[string]decode.Place{
		"":                       {File: "nginx.conf", Line: 1},
		"pools.api":              {File: "nginx.conf", Line: 3},
		"pools.api.endpoints[1]": {File: "api.conf", Line: 5},
	}}
	for path, want := range map[string]int{
		"pools.api.endpoints[1].weight": 5,
		"pools.api.endpoints[1]":        5,
		"pools.api.endpoints[0].weight": 3,
		"pools.other.algorithm":         1,
		"routes[2]":                     1,
	} {
		if got := c.Place(path); got.Line != want {
			t.Errorf("%s: line %d, want %d", path, got.Line, want)
		}
	}
}
