package workloads

import "fmt"

// ArrivalSpec is an arrival process as a scenario writes it: its name and some of
// its parameters. Times are in seconds, rates a second; nil means not given. The
// rate itself is an argument of Build, since a scenario may give a load instead.
type ArrivalSpec struct {
	Process string
	// Interval is the law of renewal's gaps, without its mean, which is 1/rate.
	Interval                 DistributionSpec
	Phases                   []BurstPhaseSpec
	Steps                    []StepSpec
	From, To, Factor         *float64
	Start, Duration          *float64
	Amplitude, Period, Phase *float64
	Users                    *float64
	Think                    *DistributionSpec
	Trace                    *Trace
}

// BurstPhaseSpec is a phase of bursts: its Mean duration and either its Rate or a
// Factor, the rate relative to that of the other phases.
type BurstPhaseSpec struct{ Rate, Factor, Mean *float64 }

// StepSpec is a step: from when on, and either its Rate or a Factor of the base
// rate.
type StepSpec struct{ At, Rate, Factor *float64 }

// arrivalParameters are all that any process takes.
var arrivalParameters = []Parameter{
	{"rate", Rate, "arrivals a second in the long run; or load, a share of the servers' capacity"},
	{"dist", Word, "law of the gaps of renewal: gamma and hyperexponential go by cv"},
	{"cv", Number, "coefficient of variation of the gaps: 0 regular, 1 poisson, more in clumps"},
	{"shape", Number, "shape of the law of the gaps"},
	{"alpha", Number, "exponent of the law of the gaps, where that is pareto"},
	{"ratio", Number, "largest over smallest gap, where their law is pareto or bimodal"},
	{"share", Share, "probability of the large gap, where their law is bimodal"},
	{"phases", List, "phases of bursts, in turn: {mean: duration} with rate each, or factor each and the mean rate given"},
	{"steps", List, "steps, the first at 0: {at: instant} with rate each, or factor each and the base rate given"},
	{"from", Rate, "rate before the ramp; the base rate where that is given"},
	{"to", Rate, "rate after the ramp"},
	{"factor", Number, "rate after the ramp over the base rate"},
	{"start", Seconds, "when the ramp begins; 0 when not given"},
	{"duration", Seconds, "how long the ramp lasts"},
	{"amplitude", Share, "largest deviation of diurnal from the base rate, as a share of it"},
	{"period", Seconds, "length of diurnal's day"},
	{"phase", Number, "angle in radians at which diurnal's sine begins; 0 when not given"},
	{"users", Count, "users of closed: each waits for his answer before he asks again"},
	{"think", Law, "how long a user of closed waits from an answer to the next request"},
	{"file", Word, "CSV file of trace: time, class, key, service and perhaps client"},
}

// ArrivalParameters describes the parameters of all processes.
func ArrivalParameters() []Parameter { return append([]Parameter(nil), arrivalParameters...) }

// arrivalChoices describes the processes. Only renewal's forms depend on more: on
// the law of its gaps, which has forms of its own.
var arrivalChoices = []Choice{
	{"poisson", "arrivals that know nothing of each other", [][]string{{"rate"}}},
	{"constant", "equal gaps", [][]string{{"rate"}}},
	{"renewal", "independent gaps of any law, by cv", [][]string{{"rate", "dist", "cv"}, {"rate", "dist", "shape"}, {"rate", "dist", "alpha", "ratio"}, {"rate", "dist", "cv", "share"}, {"rate", "dist", "ratio", "share"}, {"rate", "dist"}}},
	{"bursts", "a rate that jumps at random between phases (MMPP)", [][]string{{"phases"}, {"rate", "phases"}}},
	{"steps", "a rate that changes at given instants", [][]string{{"steps"}, {"rate", "steps"}}},
	{"ramp", "a rate that grows or falls evenly, then stays", [][]string{{"from", "to", "duration"}, {"from", "to", "start", "duration"}, {"rate", "factor", "duration"}, {"rate", "factor", "start", "duration"}}},
	{"diurnal", "a rate that swings like a day's load", [][]string{{"rate", "amplitude", "period"}, {"rate", "amplitude", "period", "phase"}}},
	{"closed", "users who wait for their answers", [][]string{{"users", "think"}, {"users"}}},
	{"trace", "requests read from a file", [][]string{{"file"}, {"rate", "file"}}},
}

// ArrivalChoices describes all processes, in the order of a table for people.
func ArrivalChoices() []Choice { return append([]Choice(nil), arrivalChoices...) }

// ArrivalNames returns the names of all processes.
func ArrivalNames() []string { return names(arrivalChoices) }

func (s *ArrivalSpec) given(rate *float64) settings {
	var g settings
	g.number("rate", rate)
	if s.Interval.Dist != "" {
		g = append(g, setting{"dist", s.Interval.Dist})
	}
	g = append(g, s.Interval.given()...)
	g.list("phases", s.Phases != nil, len(s.Phases))
	g.list("steps", s.Steps != nil, len(s.Steps))
	g.number("from", s.From)
	g.number("to", s.To)
	g.number("factor", s.Factor)
	g.number("start", s.Start)
	g.number("duration", s.Duration)
	g.number("amplitude", s.Amplitude)
	g.number("period", s.Period)
	g.number("phase", s.Phase)
	g.number("users", s.Users)
	if s.Think != nil {
		g = append(g, setting{"think", s.Think.Dist})
	}
	if s.Trace != nil {
		g = append(g, setting{"file", "a trace"})
	}
	return g
}

// check finds the process by name and checks which parameters are given.
func (s *ArrivalSpec) check(rate *float64) error {
	for _, c := range arrivalChoices {
		if c.Name == s.Process {
			return c.check(s.given(rate))
		}
	}
	return unknown("process", s.Process, ArrivalNames())
}

// Build returns a new process, at its start, as s describes it. rate is the base
// or long-run rate a second, nil where the scenario gives none: bursts, steps and
// ramp then need rates of their own, trace keeps its own pace, and the others are
// errors. closed is an error here: see Closed. Errors are *ParameterError, wrapped
// where they belong to an element of a list.
func (s ArrivalSpec) Build(rate *float64) (Arrivals, error) {
	if err := s.check(rate); err != nil {
		return nil, err
	}
	if rate != nil {
		if err := positive("rate", *rate); err != nil {
			return nil, err
		}
	}
	switch s.Process {
	case "poisson":
		return open(NewPoisson(*rate))
	case "constant":
		return open(NewRegular(*rate))
	case "renewal":
		return s.renewal(*rate)
	case "bursts":
		return s.bursts(rate)
	case "steps":
		return s.steps(rate)
	case "ramp":
		return s.ramp(rate)
	case "diurnal":
		return open(NewDiurnal(*rate, *s.Amplitude, *s.Period, valueOr(s.Phase, 0)))
	case "trace":
		return open(s.Trace.Replay(valueOr(rate, 0)))
	}
	return nil, &ParameterError{"process", s.Process, "has users and no arrivals of its own"}
}

// open drops the process where there is an error.
func open[P Arrivals](p P, err error) (Arrivals, error) {
	if err != nil {
		return nil, err
	}
	return p, nil
}

func valueOr(p *float64, otherwise float64) float64 {
	if p == nil {
		return otherwise
	}
	return *p
}

func (s *ArrivalSpec) renewal(rate float64) (Arrivals, error) {
	mean := 1 / rate
	law := s.Interval
	law.Mean = &mean
	gap, err := law.Build()
	if err != nil {
		return nil, err
	}
	return open(NewRenewal(gap))
}

// eitherRate returns the rate itself where there is no base rate, else the factor.
func eitherRate(rate, factor *float64, base bool) (float64, error) {
	switch {
	case base && rate != nil:
		return 0, broken("rate", *rate, "a base rate is given: use factor here")
	case base && factor == nil:
		return 0, &ParameterError{Name: "factor", Rule: "is missing"}
	case base:
		return *factor, nonNegative("factor", *factor)
	case factor != nil:
		return 0, broken("factor", *factor, "no base rate is given: use rate here")
	case rate == nil:
		return 0, &ParameterError{Name: "rate", Rule: "is missing"}
	}
	return *rate, nil
}

// bursts scales factors so that the long-run rate is the one given.
func (s *ArrivalSpec) bursts(rate *float64) (Arrivals, error) {
	phases := make([]BurstPhase, len(s.Phases))
	for i, ph := range s.Phases {
		r, err := eitherRate(ph.Rate, ph.Factor, rate != nil)
		if err == nil && ph.Mean == nil {
			err = &ParameterError{Name: "mean", Rule: "is missing"}
		}
		if err != nil {
			return nil, fmt.Errorf("phases[%d]: %w", i, err)
		}
		phases[i] = BurstPhase{r, *ph.Mean}
	}
	b, err := NewBursts(phases)
	if err != nil || rate == nil {
		return open(b, err)
	}
	scale := *rate / b.MeanRate()
	for i := range phases {
		phases[i].Rate *= scale
	}
	return open(NewBursts(phases))
}

func (s *ArrivalSpec) steps(rate *float64) (Arrivals, error) {
	steps := make([]Step, len(s.Steps))
	for i, st := range s.Steps {
		r, err := eitherRate(st.Rate, st.Factor, rate != nil)
		if err == nil && st.At == nil {
			err = &ParameterError{Name: "at", Rule: "is missing"}
		}
		if err != nil {
			return nil, fmt.Errorf("steps[%d]: %w", i, err)
		}
		steps[i] = Step{*st.At, r * valueOr(rate, 1)}
	}
	return open(NewSteps(steps))
}

func (s *ArrivalSpec) ramp(rate *float64) (Arrivals, error) {
	start := valueOr(s.Start, 0)
	if rate == nil {
		return open(NewRamp(*s.From, *s.To, start, *s.Duration))
	}
	if err := nonNegative("factor", *s.Factor); err != nil {
		return nil, err
	}
	return open(NewRamp(*rate, *rate**s.Factor, start, *s.Duration))
}
