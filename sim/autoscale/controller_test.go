package autoscale

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lbsim/clock"
	"lbsim/random/drawn"
)

// usual are the limits and the stabilization of Kubernetes.
func usual(least, most int) *Policy {
	return &Policy{
		Min: least, Max: most, Tolerance: 0.1, Sync: 15 * time.Second, Window: 15 * time.Second,
		Targets: []Target{{Metric: CPU, Value: 0.5}},
		Up:      Pace{Limits: []Limit{{Share: 1, Period: 15 * time.Second}, {Servers: 4, Period: 15 * time.Second}}},
		Down:    Pace{Stabilization: 5 * time.Minute, Limits: []Limit{{Share: 1, Period: 15 * time.Second}}},
	}
}

// follow lets a controller decide every 15 s about servers that are ready at once.
func follow(p *Policy, servers int, values ...float64) []int {
	c := NewController(p, servers)
	course := make([]int, len(values))
	for i, value := range values {
		known := !math.IsNaN(value)
		d := c.Decide(clock.FromSeconds(float64(15*(i+1))), Fleet{servers, servers}, []Reading{{value, known}})
		servers = d.Servers
		course[i] = servers
	}
	return course
}

func times(n int, value float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = value
	}
	return values
}

func TestDecide(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Policy)
		start  int
		values []float64
		want   []int
	}{
		"up at once, by four or by half as many again twice": {nil, 2, []float64{5, 5, 5}, []int{6, 12, 24}},
		"never above the most":                               {nil, 20, times(3, 5), []int{30, 30, 30}},
		"never below the least":                              {func(p *Policy) { p.Down.Stabilization = 0 }, 3, times(3, 0), []int{2, 2, 2}},
		"a minimum that comes later":                         {func(p *Policy) { p.Schedule = []Floor{{clock.FromSeconds(30), 9}, {clock.FromSeconds(45), 3}} }, 2, times(3, 0.5), []int{2, 9, 9}},
		"nothing known, nothing done":                        {nil, 5, times(3, math.NaN()), []int{5, 5, 5}},
		"the least generous limit":                           {func(p *Policy) { p.Up.Select = Least }, 2, []float64{5, 5}, []int{4, 8}},
		"the least generous limit for many":                  {func(p *Policy) { p.Up.Select = Least }, 10, []float64{5, 5}, []int{14, 18}},
		"no way up":                                          {func(p *Policy) { p.Up.Select = Disabled }, 2, []float64{5, 5}, []int{2, 2}},
		"no limits":                                          {func(p *Policy) { p.Up.Limits = nil }, 2, []float64{5}, []int{20}},
		"four a minute": {func(p *Policy) { p.Up.Limits = []Limit{{Servers: 4, Period: time.Minute}} }, 2,
			times(6, 5), []int{6, 6, 6, 6, 10, 10}},
		"a tenth a minute down": {func(p *Policy) {
			p.Down = Pace{Limits: []Limit{{Share: 0.1, Period: time.Minute}}}
		}, 20, times(6, 0), []int{18, 18, 18, 18, 16, 16}},
		"slow to believe in more": {func(p *Policy) { p.Up.Stabilization = 30 * time.Second }, 4,
			[]float64{1, 0.5, 1, 1, 1}, []int{4, 4, 4, 8, 8}},
	} {
		p := usual(2, 30)
		if c.change != nil {
			c.change(p)
		}
		got := follow(p, c.start, c.values...)
		for i := range c.want {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", name, got, c.want)
				break
			}
		}
	}
}

// Down goes only what was too much for the whole of the stabilization: 5 minutes, in
// which the number of the beginning counts too.
func TestDownIsStabilized(t *testing.T) {
	values := append(times(10, 0.25), append([]float64{0.5}, times(30, 0.25)...)...)
	got := follow(usual(2, 30), 8, values...)
	// At 165 s all eight were needed: until 465 s nothing goes, at 465 s four do.
	for i, n := range got {
		at := 15 * (i + 1)
		if want := 8; at < 465 && n != want || at == 465 && n != 4 {
			t.Fatalf("at %d s there are %d servers: %v", at, n, got)
		}
	}
}

// The target that asks for the most is followed, and said. A metric that is not known
// keeps the others from going down.
func TestTheGreatestTargetCounts(t *testing.T) {
	p := usual(1, 100)
	p.Down.Stabilization = 0
	p.Targets = append(p.Targets, Target{Metric: Queue, Value: 5})
	for _, c := range []struct {
		cpu, queue Reading
		want       Decision
	}{
		{Reading{0.5, true}, Reading{10, true}, Decision{20, Queue}},
		{Reading{1, true}, Reading{1, true}, Decision{20, CPU}},
		{Reading{0.25, true}, Reading{1, true}, Decision{5, CPU}},
		{Reading{0.25, true}, Reading{}, Decision{10, None}},
		{Reading{0.75, true}, Reading{}, Decision{15, CPU}},
	} {
		got := NewController(p, 10).Decide(clock.FromSeconds(15), Fleet{10, 10}, []Reading{c.cpu, c.queue})
		if got != c.want {
			t.Errorf("cpu %v, queue %v: %+v, want %+v", c.cpu, c.queue, got, c.want)
		}
	}
}

// anyPolicy draws limits and bounds.
func anyPolicy(t *rapid.T) *Policy {
	p := usual(rapid.IntRange(1, 5).Draw(t, "min"), rapid.IntRange(5, 60).Draw(t, "max"))
	p.Tolerance = rapid.SampledFrom([]float64{0, 0.1, 0.5}).Draw(t, "tolerance")
	p.Targets = append(p.Targets, Target{Metric: Latency, Value: 0.2, Quantile: 0.95})
	for _, pace := range []*Pace{&p.Up, &p.Down} {
		pace.Stabilization = rapid.SampledFrom([]time.Duration{0, time.Minute}).Draw(t, "stabilization")
		pace.Select = Select(rapid.IntRange(0, 2).Draw(t, "select"))
		pace.Limits = nil
		for range rapid.IntRange(0, 2).Draw(t, "limits") {
			l := Limit{Period: rapid.SampledFrom([]time.Duration{15 * time.Second, time.Minute}).Draw(t, "period")}
			if rapid.Bool().Draw(t, "share") {
				l.Share = rapid.SampledFrom([]float64{0.1, 0.5, 1}).Draw(t, "share of them")
			} else {
				l.Servers = rapid.IntRange(1, 10).Draw(t, "servers")
			}
			pace.Limits = append(pace.Limits, l)
		}
	}
	return p
}

// Whatever is measured: the number stays within its bounds; within the tolerance of
// all targets it does not change; and in no period does it change by more than the
// limits allow.
func TestAnyPolicy(t *testing.T) {
	ups, downs, stays := 0, 0, 0
	drawn.Until(t, func(t *rapid.T) {
		p := anyPolicy(t)
		wanted := rapid.IntRange(p.Min, p.Max).Draw(t, "servers")
		c := NewController(p, wanted)
		course := []int{wanted}
		for i := range rapid.IntRange(1, 30).Draw(t, "syncs") {
			f := Fleet{Wanted: wanted, Ready: rapid.IntRange(0, wanted).Draw(t, "ready")}
			cpu, latency := rapid.Float64Range(0, 3).Draw(t, "cpu"), rapid.Float64Range(0, 1).Draw(t, "latency")
			calm := rapid.IntRange(0, 4).Draw(t, "calm") == 0
			if calm {
				f.Ready = wanted
				cpu, latency = 0.5*(1+p.Tolerance*0.99), 0.2*(1-p.Tolerance*0.99)
			}
			before := wanted
			wanted = c.Decide(clock.FromSeconds(float64(15*(i+1))), f, []Reading{{cpu, true}, {latency, rapid.Bool().Draw(t, "known")}}).Servers
			course = append(course, wanted)
			switch {
			case wanted < p.Min || wanted > p.Max:
				t.Fatalf("%d servers, with %d to %d", wanted, p.Min, p.Max)
			case calm && p.Up.Stabilization == 0 && p.Down.Stabilization == 0 && wanted != before:
				t.Fatalf("from %d to %d within the tolerance", before, wanted)
			case wanted > before:
				ups++
				withinLimits(t, &p.Up, course, 1)
			case wanted < before:
				downs++
				withinLimits(t, &p.Down, course, -1)
			default:
				stays++
			}
		}
	}, func(t drawn.Missing) {
		if ups == 0 || downs == 0 || stays == 0 {
			t.Errorf("%d times up, %d down, %d neither: the case was not exercised", ups, downs, stays)
		}
	})
}

// withinLimits holds the last change against what a pace allows, counted from the
// course itself: the number at the start of each limit's period, 15 s a step.
func withinLimits(t *rapid.T, p *Pace, course []int, sign int) {
	if p.Select == Disabled {
		t.Fatalf("%v: a change that is disabled", course)
	}
	now := course[len(course)-1]
	allowed := 0
	for i, l := range p.Limits {
		began := course[max(len(course)-1-int(l.Period/(15*time.Second)), 0)]
		most := float64(began) + float64(sign)*(float64(l.Servers)+l.Share*float64(began))
		ok := 0
		if sign > 0 && float64(now) < most+1 || sign < 0 && float64(now) > most-1 {
			ok = 1
		}
		if i == 0 || (ok > allowed) == (p.Select == Most) {
			allowed = ok
		}
	}
	if len(p.Limits) > 0 && allowed == 0 {
		t.Fatalf("%v: more than %+v allows", course, *p)
	}
}
