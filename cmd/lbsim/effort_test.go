package main

import "testing"

func TestEffort(t *testing.T) {
	for _, c := range []struct {
		requests float64
		cores    int
		want     string
	}{
		{1e9, 2, ""},
		{1.1e9, 1, "about 1.1e9 requests, some 2 minutes on 1 core"},
		{1.1e9, 2, "about 1.1e9 requests, some 60 seconds on 2 cores"},
		{4e9, 2, "about 4.0e9 requests, some 4 minutes on 2 cores"},
		{2.56e12, 4, "about 2.6e12 requests, some 18 hours on 4 cores"},
	} {
		if got := effort(c.requests, c.cores); got != c.want {
			t.Errorf("%g on %d: %q, want %q", c.requests, c.cores, got, c.want)
		}
	}
}
