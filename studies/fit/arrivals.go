package fit

import (
	"cmp"
	"math"
	"slices"

	"lbsim/workloads"
)

// Arrivals is what is known of when requests come.
type Arrivals struct {
	Process    string       `json:"process"`
	Parameters []Parameter  `json:"parameters"`
	Why        string       `json:"why"`
	Others     []Tried      `json:"tried"`      // all that were tried, the best first
	Dispersion []Dispersion `json:"dispersion"` // of counts
	Steps      []Rate       `json:"steps"`      // of the rate, one where it does not change

	Spec workloads.ArrivalSpec `json:"-"`
	Rate *float64              `json:"-"` // long-run or base, where the process has one
}

// Tried is an arrival process that was held against the log.
type Tried struct {
	Process    string  `json:"process"`
	Likelihood float64 `json:"log_likelihood"`
	BIC        float64 `json:"bic"`
}

// Dispersion is the variance of counts over their mean: 1 of poisson, whatever the window;
// less of what is regular, more of what comes in clumps.
type Dispersion struct {
	Window float64 `json:"window_seconds"`
	Index  float64 `json:"index"`
	Low    float64 `json:"low"` // what poisson has in 95% of cases
	High   float64 `json:"high"`
}

// Rate is the rate from an instant on.
type Rate struct {
	At   float64  `json:"at_seconds"`
	RPS  float64  `json:"rps"`
	Low  *float64 `json:"low"`
	High *float64 `json:"high"`
}

// flow is what arrivals are fitted to.
type flow struct {
	counts     []float64 // of equal spans
	width      float64   // s
	fine       counts    // of spans as short as the clock and the length of the log allow
	blocks     []block
	gaps       []float64 // of all blocks
	resolution float64   // s
	scatter    float64   // variance over mean of counts beside a slow change of the rate
	fitted     []float64 // the rate that was fitted, in the middle of each span
}

const leastArrivals = 100

// choice is an arrival process that was fitted.
type choice struct {
	spec       workloads.ArrivalSpec
	rate       *float64
	parameters []Parameter
	free       int
	likelihood float64
	why        string
	at         func(seconds float64) float64 // the rate, where it changes
}

func (c *choice) bic(n float64) float64 { return float64(c.free)*math.Log(n) - 2*c.likelihood }

// arrivals chooses a process. How the rate goes over time, constant, in steps, as a ramp or
// like a day, is chosen by the BIC of the counts of the whole log. What wins is held against
// renewal and bursts, whose rate is constant in the long run, by the BIC of the gaps.
func arrivals(f *flow) Arrivals {
	f.scatter = localScatter(f.counts)
	out := Arrivals{Dispersion: f.dispersion(), Steps: []Rate{}}
	best, regular := f.regular()
	if regular {
		out.Others = []Tried{}
	} else {
		all := f.processes(f.profiles()[0])
		for i := range all {
			out.Others = append(out.Others, tried(&all[i], float64(len(f.gaps))))
		}
		best = all[0]
	}
	out.Process, out.Parameters, out.Why, out.Spec, out.Rate = best.spec.Process, best.parameters, best.why, best.spec, best.rate
	mean := f.mean()
	for i := range f.counts {
		rate := mean
		if best.at != nil {
			rate = best.at((float64(i) + 0.5) * f.width)
		}
		f.fitted = append(f.fitted, rounded(rate))
	}
	parts := []stretch{{rate: estimated("rate", mean, math.Sqrt(mean*f.long()/f.span()))}}
	if best.at != nil {
		parts = f.stretches(f.cuts())
	}
	for _, part := range parts {
		out.Steps = append(out.Steps, Rate{part.at.Value, part.rate.Value, part.rate.Low, part.rate.High})
	}
	return out
}

func tried(c *choice, n float64) Tried {
	name := c.spec.Process
	if c.spec.Interval.Dist != "" {
		name += " " + c.spec.Interval.Dist
	}
	return Tried{name, rounded(c.likelihood), rounded(c.bic(n))}
}

func (f *flow) span() float64 { return f.width * float64(len(f.counts)) }
func (f *flow) mean() float64 { return total(f.counts) / f.span() }

func total(n []float64) (sum float64) {
	for _, x := range n {
		sum += x
	}
	return sum
}

// localScatter is the variance of counts over their mean, by the differences of neighbours,
// in which a slow change of the rate does not count: Σ (n' - n)² / 2 over Σ n.
func localScatter(n []float64) float64 {
	squares := 0.0
	for i := 1; i < len(n); i++ {
		squares += (n[i] - n[i-1]) * (n[i] - n[i-1]) / 2
	}
	return max(0.01, squares/max(1, total(n[1:])))
}

// index is the variance of counts over their mean.
func index(n []float64) float64 {
	mean, variance := meanAndVariance(n)
	return variance / mean
}

// dispersion asks windows of growing length.
func (f *flow) dispersion() (out []Dispersion) {
	for k := 1; len(f.counts)/k >= 20; k *= 4 {
		n := together(f.counts, k)
		n = n[:len(f.counts)/k]
		spread := z95 * math.Sqrt(2/float64(len(n)-1))
		out = append(out, Dispersion{rounded(f.width * float64(k)), rounded(index(n)), rounded(max(0, 1-spread)), rounded(1 + spread)})
	}
	return out
}

// long is the dispersion of the longest windows that are asked, what rates are as sure as.
func (f *flow) long() float64 {
	d := f.dispersion()
	if len(d) == 0 {
		return 1
	}
	return max(f.scatter, d[len(d)-1].Index)
}

// processes fits poisson, renewal and bursts to the gaps.
func (f *flow) processes(profile choice) []choice {
	mean, n := 0.0, float64(len(f.gaps))
	for _, g := range f.gaps {
		mean += g / n
	}
	rate := f.mean()
	err := math.Sqrt(rate * f.long() / f.span())
	all := []choice{{spec: workloads.ArrivalSpec{Process: "poisson"}, free: 1, likelihood: -n * (math.Log(mean) + 1), why: "the least BIC: gaps are as independent and as irregular as can be"}}
	all = append(all, f.renewals(profile.at != nil)...)
	for i := range all {
		p := estimated("rate", rate, err)
		all[i].rate = &p.Value
		all[i].parameters = append([]Parameter{p}, all[i].parameters...)
	}
	if c, ok := f.bursts(); ok {
		all = append(all, c)
	}
	if profile.at != nil {
		profile.likelihood = f.changing(profile.at)
		all = append(all, profile)
	}
	slices.SortStableFunc(all, func(a, b choice) int { return cmp.Compare(a.bic(n), b.bic(n)) })
	return all
}

// changing is the gaps' likelihood under a Poisson process whose rate changes: the logarithm
// of the rate at each arrival, less the rate's integral.
func (f *flow) changing(rate func(float64) float64) float64 {
	sum := 0.0
	for _, b := range f.blocks {
		at := b.began
		before := rate(at)
		for _, g := range b.gaps {
			at += g
			now := rate(at)
			sum += math.Log(now) - (before+now)/2*g
			before = now
		}
	}
	return sum
}
