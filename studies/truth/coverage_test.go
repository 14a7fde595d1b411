package truth

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"lbsim/clock"
	"lbsim/studies/compare"
	"lbsim/studies/result"
	"lbsim/studies/theory"
)

// A claim is a world of which the mean and the 99th percentile are known.
type claim struct {
	name      string
	world     world
	mean, p99 float64
}

// claims are one server at 80% load, and three of which every request looks at two.
func claims(t *testing.T) []claim {
	one := theory.MM1{Lambda: 0.8, Mu: 1}
	three := claim{name: "best of 2 among 3 servers, load 0.8"}
	for _, r := range readTable(t) {
		switch r.ID {
		case "pod.N3.d2.dist.r80.mean_T":
			three.world, _ = worldOf(r)
			three.mean = r.Value()
		case "pod.N3.d2.dist.r80.p99_T":
			three.p99 = r.Value()
		}
	}
	if three.mean == 0 || three.p99 == 0 {
		t.Fatal("the table lost pod.N3.d2.dist.r80")
	}
	return []claim{
		{"M/M/1, load 0.8", farm(1, 0.8, 1, "round_robin"), one.MeanResponse(), one.ResponseQuantile(0.99)},
		three,
	}
}

// A campaign is how often a study of so many replications is repeated, with another
// seed each time, and which share of its 95% intervals may hold the truth.
type campaign struct {
	studies, replications, requests int
	least, most                     float64
}

// The intervals of a comparison, of the mean and of the 99th percentile, hold the
// true value about as often as they say: 95 of 100 times.
//
// The whole campaign has 400 studies, so the share's own deviation is 1.1%, and 92
// to 98% is within three of it. The quick one has 40 studies of replications a tenth
// as long: with 95% in truth, fewer than 33 of 40 have a chance of 7 in 10,000.
func TestIntervalsHoldTheTruth(t *testing.T) {
	c := campaign{studies: 40, replications: 20, requests: 20_000, least: 33. / 40, most: 1}
	if all() {
		c = campaign{studies: 400, replications: 20, requests: 200_000, least: 0.92, most: 0.98}
	}
	var table strings.Builder
	fmt.Fprintln(&table, "| what | true mean | intervals that hold it | true p99 | intervals that hold it |")
	fmt.Fprintln(&table, "| --- | ---: | ---: | ---: | ---: |")
	for _, x := range claims(t) {
		mean, p99 := c.coverage(t, x)
		fmt.Fprintf(&table, "| %s | %.4f s | %.1f%% | %.4f s | %.1f%% |\n", x.name, x.mean, 100*mean, x.p99, 100*p99)
		for _, share := range []float64{mean, p99} {
			if share < c.least || share > c.most {
				t.Errorf("%s: %.1f%% of the intervals hold the truth, not %.1f to %.1f%%", x.name, 100*share, 100*c.least, 100*c.most)
			}
		}
	}
	t.Logf("95%% intervals of %d studies of %d replications of %d requests\n%s", c.studies, c.replications, c.requests, &table)
}

// coverage is the share of the studies whose intervals hold the mean and the p99.
func (c campaign) coverage(t *testing.T, x claim) (mean, p99 float64) {
	t.Helper()
	warmUp := relaxations * x.world.relaxation()
	plan := compare.Plan{
		Variants: []compare.Variant{{
			Name:  x.name,
			Model: x.world.model(warmUp, float64(c.requests)/x.world.rate()),
		}},
		Replications: c.replications, WarmUp: compare.WarmUp{Given: clock.FromSeconds(warmUp)},
	}
	for study := range c.studies {
		plan.Seed = uint64(study) + 1
		r, err := compare.Run(context.Background(), plan)
		if err != nil {
			t.Fatal(err)
		}
		if latency := r.Results[0].Latency; holds(latency.Mean, x.mean) {
			mean++
		}
		if latency := r.Results[0].Latency; holds(latency.P99, x.p99) {
			p99++
		}
	}
	return mean / float64(c.studies), p99 / float64(c.studies)
}

func holds(e result.Estimate, x float64) bool {
	return e.Low != nil && e.High != nil && *e.Low <= x && x <= *e.High
}
