package workloads

// DistributionSpec is a distribution as a scenario writes it: the name of a law
// and some of its parameters. Times are in seconds. nil means not given.
type DistributionSpec struct {
	Dist                    string
	Mean, CV, Shape         *float64
	Min, Max                *float64
	Alpha, Low, High, Ratio *float64
	Share                   *float64
	Values, Weights         []float64
	Phases                  []Phase
}

// distributionParameters are all that any law takes.
var distributionParameters = []Parameter{
	{"mean", Seconds, "mean of the values"},
	{"cv", Number, "coefficient of variation: standard deviation over mean"},
	{"shape", Number, "shape: number of stages (erlang), a (gamma), k (weibull)"},
	{"min", Seconds, "smallest value of uniform"},
	{"max", Seconds, "largest value of uniform"},
	{"alpha", Number, "exponent of pareto: the smaller, the heavier the tail"},
	{"low", Seconds, "lower bound of pareto, small value of bimodal"},
	{"high", Seconds, "upper bound of pareto, large value of bimodal"},
	{"ratio", Number, "high over low"},
	{"share", Share, "probability of the large value of bimodal"},
	{"values", SecondsList, "values of empirical"},
	{"weights", NumberList, "weight of each of the values; equal when not given"},
	{"phases", List, "phases of hyperexponential: {share, mean} each, shares adding up to 1"},
}

// DistributionParameters describes the parameters of all laws.
func DistributionParameters() []Parameter { return append([]Parameter(nil), distributionParameters...) }

type distributionChoice struct {
	Choice
	build func(s *DistributionSpec) (Distribution, error)
}

var distributionChoices = []distributionChoice{
	{Choice{"constant", "always the mean", [][]string{{"mean"}}}, func(s *DistributionSpec) (Distribution, error) {
		return checked(NewConstant(*s.Mean))
	}},
	{Choice{"exponential", "memoryless: many short, few long; cv 1", [][]string{{"mean"}}}, func(s *DistributionSpec) (Distribution, error) {
		return checked(NewExponential(*s.Mean))
	}},
	{Choice{"uniform", "evenly between two limits; cv at most 0.577", [][]string{{"mean", "cv"}, {"min", "max"}}}, func(s *DistributionSpec) (Distribution, error) {
		if s.Mean != nil {
			return checked(UniformByCV(*s.Mean, *s.CV))
		}
		return checked(NewUniform(*s.Min, *s.Max))
	}},
	{Choice{"erlang", "a sum of equal exponential stages: steadier than one", [][]string{{"mean", "shape"}, {"mean", "cv"}}}, func(s *DistributionSpec) (Distribution, error) {
		if s.Shape != nil {
			return checked(NewErlang(*s.Mean, *s.Shape))
		}
		return checked(ErlangByCV(*s.Mean, *s.CV))
	}},
	{Choice{"gamma", "any cv, with a light tail", [][]string{{"mean", "cv"}, {"mean", "shape"}}}, func(s *DistributionSpec) (Distribution, error) {
		if s.Shape != nil {
			return checked(NewGamma(*s.Mean, *s.Shape))
		}
		return checked(GammaByCV(*s.Mean, *s.CV))
	}},
	{Choice{"hyperexponential", "a choice among exponentials: cv of 1 and more", [][]string{{"mean", "cv"}, {"phases"}}}, func(s *DistributionSpec) (Distribution, error) {
		if s.Mean != nil {
			return checked(HyperexponentialByCV(*s.Mean, *s.CV))
		}
		return checked(NewHyperexponential(s.Phases))
	}},
	{Choice{"lognormal", "the usual shape of measured latencies", [][]string{{"mean", "cv"}}}, func(s *DistributionSpec) (Distribution, error) {
		return checked(NewLognormal(*s.Mean, *s.CV))
	}},
	{Choice{"weibull", "tails heavier (shape below 1) or lighter than exponential", [][]string{{"mean", "cv"}, {"mean", "shape"}}}, func(s *DistributionSpec) (Distribution, error) {
		if s.Shape != nil {
			return checked(NewWeibull(*s.Mean, *s.Shape))
		}
		return checked(WeibullByCV(*s.Mean, *s.CV))
	}},
	{Choice{"pareto", "a power law between two bounds: most of the work in few requests", [][]string{{"alpha", "low", "high"}, {"mean", "alpha", "ratio"}}}, func(s *DistributionSpec) (Distribution, error) {
		if s.Mean != nil {
			return checked(ParetoByRatio(*s.Mean, *s.Alpha, *s.Ratio))
		}
		return checked(NewPareto(*s.Alpha, *s.Low, *s.High))
	}},
	{Choice{"bimodal", "two values, such as hit and miss", [][]string{{"low", "high", "share"}, {"mean", "cv", "share"}, {"mean", "ratio", "share"}}}, func(s *DistributionSpec) (Distribution, error) {
		switch {
		case s.CV != nil:
			return checked(BimodalByCV(*s.Mean, *s.CV, *s.Share))
		case s.Ratio != nil:
			return checked(BimodalByRatio(*s.Mean, *s.Ratio, *s.Share))
		}
		return checked(NewBimodal(*s.Low, *s.High, *s.Share))
	}},
	{Choice{"empirical", "values that were measured, as often as their weights say", [][]string{{"values"}, {"values", "weights"}}}, func(s *DistributionSpec) (Distribution, error) {
		return checked(NewEmpirical(s.Values, s.Weights))
	}},
}

// checked drops the law where there is an error.
func checked[D Distribution](d D, err error) (Distribution, error) {
	if err != nil {
		return nil, err
	}
	return d, nil
}

// DistributionChoices describes all laws, in the order of a table for people.
func DistributionChoices() []Choice {
	choices := make([]Choice, 0, len(distributionChoices))
	for _, c := range distributionChoices {
		choices = append(choices, c.Choice)
	}
	return choices
}

// DistributionNames returns the names of all laws.
func DistributionNames() []string { return names(DistributionChoices()) }

func names(choices []Choice) []string {
	names := make([]string, 0, len(choices))
	for _, c := range choices {
		names = append(names, c.Name)
	}
	return names
}

func (s *DistributionSpec) given() settings {
	var g settings
	g.number("mean", s.Mean)
	g.number("cv", s.CV)
	g.number("shape", s.Shape)
	g.number("min", s.Min)
	g.number("max", s.Max)
	g.number("alpha", s.Alpha)
	g.number("low", s.Low)
	g.number("high", s.High)
	g.number("ratio", s.Ratio)
	g.number("share", s.Share)
	g.list("values", s.Values != nil, len(s.Values))
	g.list("weights", s.Weights != nil, len(s.Weights))
	g.list("phases", s.Phases != nil, len(s.Phases))
	return g
}

// Build returns the distribution that s describes. The error is a *ParameterError
// that names an unknown law, or a parameter that the law does not take, that is
// missing, that contradicts another, or whose value is out of range.
func (s DistributionSpec) Build() (Distribution, error) {
	for _, c := range distributionChoices {
		if c.Name == s.Dist {
			if err := c.check(s.given()); err != nil {
				return nil, err
			}
			return c.build(&s)
		}
	}
	return nil, unknown("dist", s.Dist, DistributionNames())
}
