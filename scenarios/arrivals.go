package scenarios

import (
	"slices"

	"lbsim/config/decode"
	"lbsim/workloads"
)

// Arrivals says when requests come, as written.
type Arrivals struct {
	workloads.ArrivalSpec
	Rate   *float64 // requests a second; nil: see Load
	Load   *float64 // share of the servers' capacity; nil: see Rate
	File   string   // trace
	SHA256 string   // trace: of the file; "" before it is opened
}

// Open reports whether requests come whether or not earlier ones are answered.
func (a *Arrivals) Open() bool { return a.Process != "closed" }

// hasRate reports whether the arrivals have a rate that can be set.
func (a *Arrivals) hasRate() bool { return a.Process != "closed" && a.Process != "trace" }

func arrivals() decode.Union[Arrivals] {
	u := decode.Union[Arrivals]{
		Name: "arrivals", Doc: "When requests come.",
		Tag: "process", TagDoc: "The arrivals' law.",
		Word: func(a *Arrivals) *string { return &a.Process },
	}
	for _, c := range workloads.ArrivalChoices() {
		u.Cases = append(u.Cases, lawCase(withLoad(c), arrivalsField, checkArrivals))
	}
	return u
}

// withLoad adds to each form with a rate one with a load instead, and to a trace
// the hash of its file.
func withLoad(c workloads.Choice) workloads.Choice {
	var forms [][]string
	for _, form := range c.Forms {
		if c.Name == "trace" && slices.Contains(form, "rate") {
			continue // a trace keeps its own pace
		}
		forms = append(forms, form)
		if i := slices.Index(form, "rate"); i >= 0 {
			other := slices.Clone(form)
			other[i] = "load"
			forms = append(forms, other)
		}
	}
	if c.Name == "trace" {
		forms = append(forms, []string{"file", "sha256"})
	}
	c.Forms = forms
	return c
}

func arrivalsField(name string) decode.Field[Arrivals] {
	switch name {
	case "load":
		return decode.Optional(name, decode.Pointer[float64]{To: loads()},
			func(a *Arrivals) **float64 { return &a.Load }, "The rate as a share of what the servers can do: 80%.")
	case "sha256":
		hash := decode.Rule[string]{Text: "64 hexadecimal digits", Holds: func(s string) bool { return len(s) == 64 }}
		return decode.Optional(name, decode.Text.That(hash), func(a *Arrivals) *string { return &a.SHA256 },
			"The hash of the file; another file is then an error.")
	}
	p := named(workloads.ArrivalParameters(), name)
	doc := decode.Sentence(p.Doc)
	switch name {
	case "rate":
		return decode.Optional(name, decode.Pointer[float64]{To: decode.Rate.That(decode.Above(0.0, "0"), decode.AtMost(most, "1e12/s"))},
			func(a *Arrivals) **float64 { return &a.Rate }, doc)
	case "dist":
		return decode.Optional(name, gapLaws(), func(a *Arrivals) *string { return &a.Interval.Dist }, doc)
	case "file":
		return decode.Optional(name, decode.Text, func(a *Arrivals) *string { return &a.File }, doc)
	case "phases":
		return decode.Optional(name, decode.List[workloads.BurstPhaseSpec]{Of: burstPhase(), Min: 2, Max: 1000},
			func(a *Arrivals) *[]workloads.BurstPhaseSpec { return &a.Phases }, doc)
	case "steps":
		return decode.Optional(name, decode.List[workloads.StepSpec]{Of: step(), Min: 1, Max: 100_000},
			func(a *Arrivals) *[]workloads.StepSpec { return &a.Steps }, doc)
	case "think":
		return decode.Optional(name, decode.Pointer[Distribution]{To: thinkTime()},
			func(a *Arrivals) **Distribution { return &a.Think }, doc)
	}
	return number(p, func(a *Arrivals) **float64 { return arrivalsNumber(a, name) })
}

func arrivalsNumber(a *Arrivals, name string) **float64 {
	switch name {
	case "from":
		return &a.From
	case "to":
		return &a.To
	case "factor":
		return &a.Factor
	case "start":
		return &a.Start
	case "duration":
		return &a.Duration
	case "amplitude":
		return &a.Amplitude
	case "period":
		return &a.Period
	case "phase":
		return &a.Phase
	case "users":
		return &a.Users
	}
	return distributionNumber(&a.Interval, name)
}

// gapLaws is the names of the laws that gaps between arrivals may have.
func gapLaws() decode.Words[string] {
	var w decode.Words[string]
	for _, name := range workloads.DistributionNames() {
		if name != "empirical" && name != "constant" {
			w.Known = append(w.Known, decode.Word[string]{Name: name, Value: name})
		}
	}
	return w
}

var (
	rateHere   = decode.Pointer[float64]{To: decode.Rate.That(decode.AtLeast(0.0, "0"), decode.AtMost(most, "1e12/s"))}
	factorHere = decode.Pointer[float64]{To: decode.Number.That(decode.AtLeast(0.0, "0"), decode.AtMost(1e6, "1000000"))}
	timeHere   = decode.Pointer[float64]{To: decode.Seconds.That(decode.AtLeast(0.0, "0"), decode.AtMost(1e9, "1e9s"))}
)

func burstPhase() decode.Object[workloads.BurstPhaseSpec] {
	type spec = workloads.BurstPhaseSpec
	return decode.Object[spec]{
		Doc: "A phase of bursts.",
		Fields: []decode.Field[spec]{
			decode.Required("mean", timeHere, func(p *spec) **float64 { return &p.Mean }, "How long it lasts on average."),
			decode.Optional("rate", rateHere, func(p *spec) **float64 { return &p.Rate }, "Its rate, where the process has none."),
			decode.Optional("factor", factorHere, func(p *spec) **float64 { return &p.Factor }, "Its rate relative to that of the other phases, where the process has a mean rate or load."),
		},
		Groups: []decode.Group{decode.OneOf("rate", "factor")},
	}
}

func step() decode.Object[workloads.StepSpec] {
	type spec = workloads.StepSpec
	return decode.Object[spec]{
		Name: "step", Doc: "A rate from an instant on.",
		Fields: []decode.Field[spec]{
			decode.Required("at", timeHere, func(s *spec) **float64 { return &s.At }, "From when on; the first step is at 0s."),
			decode.Optional("rate", rateHere, func(s *spec) **float64 { return &s.Rate }, "The rate, where the process has none."),
			decode.Optional("factor", factorHere, func(s *spec) **float64 { return &s.Factor }, "The rate as a multiple of the process's rate or load."),
		},
		Groups: []decode.Group{decode.OneOf("rate", "factor")},
	}
}

// thinkTime is a distribution, or a constant that may be 0.
func thinkTime() decode.Type[Distribution] {
	return decode.Short[Distribution, float64]{
		Full: fullDistribution(),
		As:   decode.Seconds.That(decode.AtLeast(0.0, "0"), decode.AtMost(1e9, "1e9s")),
		Make: constantFor,
		Back: func(d Distribution) (float64, bool) {
			if d.Dist != "constant" {
				return 0, false
			}
			return *d.Mean, true
		},
	}
}

// checkArrivals reports parameters that make no process together.
func checkArrivals(v decode.Value, a *Arrivals) {
	rate := a.Rate
	if a.Load != nil {
		one := 1.0 // the capacity is not known here; any rate shows what is wrong
		rate = &one
	}
	var err error
	switch a.Process {
	case "trace": // the file is opened later
	case "closed":
		_, err = a.users()
	default:
		_, err = a.Build(rate)
	}
	if err != nil {
		failParameter(v, err)
	}
}

// process makes the arrivals at the given base rate, which was checked.
func (a *Arrivals) process(rate float64) workloads.Arrivals {
	base := &rate
	if a.Rate == nil && a.Load == nil {
		base = nil
	}
	p, err := a.Build(base)
	if err != nil {
		panic("scenarios: " + err.Error())
	}
	return p
}

// users makes the closed loop.
func (a *Arrivals) users() (workloads.Users, error) {
	users, _, err := a.Closed(nil)
	return users, err
}
