package drawn_test

import (
	"testing"

	"lbsim/random/drawn"
	"pgregory.net/rapid"
)

// What one draw in 2^14 shows is waited for, and what was seen needs no further round.
func TestUntil(t *testing.T) {
	draws, rare, looks := 0, 0, 0
	drawn.Until(t, func(t *rapid.T) {
		draws++
		if rapid.SliceOfN(rapid.Bool(), 8, 8).Draw(t, "coins")[0] && draws > 250 {
			rare++
		}
	}, func(t drawn.Missing) {
		if looks++; rare == 0 {
			t.Errorf("%d draws, nothing rare", draws)
		}
	})
	if rare == 0 || draws <= 250 || looks < 2 {
		t.Errorf("%d draws in %d rounds, %d of them rare", draws, looks, rare)
	}
}
