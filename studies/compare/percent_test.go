package compare

import "testing"

func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{0: "0%", 0.00123: "0.12%", 0.0666: "6.7%", 0.994: "99%", 0.9972: "99.72%", 1: "100%"} {
		if got := percent(share); got != want {
			t.Errorf("%g: %s, want %s", share, got, want)
		}
	}
}
