package sim

import (
	"testing"
	"time"
)

// The interval that ends with the window is closed whether or not somebody is still
// there then, and none is closed after it.
func TestTheLastIntervalIsWhole(t *testing.T) {
	for name, m := range map[string]*Model{
		"idle at the end": scripted(job{1, 0.5}, job{52, 0.5}),
		"busy at the end": scripted(job{1, 0.5}, job{52, 30}),
	} {
		m.Interval = 10 * time.Second
		r, err := Run(m, Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		var offered []uint64
		for _, x := range r.Timeline {
			offered = append(offered, x.Offered)
		}
		if len(offered) != 6 || offered[0] != 1 || offered[5] != 1 {
			t.Errorf("%s: offered by interval is %v", name, offered)
		}
	}
}
