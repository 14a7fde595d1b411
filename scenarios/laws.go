package scenarios

import (
	"errors"
	"regexp"
	"slices"

	"lbsim/config/decode"
	"lbsim/workloads"
)

// Package workloads describes its laws by tables of parameters and of the forms in
// which they determine a law. The tables here are made from those, so that the
// language knows every law, and describes it, as soon as there is one.

// Limits on numbers, so that sums and products stay finite.
const most = 1e12

var (
	aNumber  = decode.Number.That(decode.AtLeast(-most, "-1e12"), decode.AtMost(most, "1e12"))
	aTimeLen = decode.Seconds.That(decode.AtMost(1e9, "1e9s"))
)

// numberType is the way a parameter of a kind is written.
func numberType(k workloads.Kind) decode.Type[float64] {
	switch k {
	case workloads.Seconds:
		return aTimeLen
	case workloads.Share:
		return decode.Share
	case workloads.Rate:
		return decode.Rate.That(decode.AtMost(most, "1e12/s"))
	case workloads.Count:
		return aNumber.That(decode.Rule[float64]{Text: "a whole number", Holds: func(x float64) bool { return x == float64(int64(x)) }})
	}
	return aNumber
}

// number is a parameter that may be absent.
func number[S any](p workloads.Parameter, at func(*S) **float64) decode.Field[S] {
	return decode.Optional(p.Name, decode.Type[*float64](decode.Pointer[float64]{To: numberType(p.Kind)}), at, decode.Sentence(p.Doc))
}

// lawCase is the table of one law: its parameters, and the group of its forms.
// parameter makes the field of a name.
func lawCase[S any](c workloads.Choice, parameter func(name string) decode.Field[S], check func(decode.Value, *S)) decode.Case[S] {
	out := decode.Case[S]{Word: c.Name, Object: decode.Object[S]{Doc: decode.Sentence(c.Doc), Check: check}}
	for _, name := range c.Takes() {
		out.Fields = append(out.Fields, parameter(name))
	}
	out.Groups = []decode.Group{{Sets: c.Forms}}
	return out
}

var elementPath = regexp.MustCompile(`^((?:[a-z]+\[\d+\])): `)

// failParameter reports what package workloads found wrong, at the parameter.
func failParameter(v decode.Value, err error) {
	if m := elementPath.FindStringSubmatch(err.Error()); m != nil {
		v = v.At(m[1])
	}
	var p *workloads.ParameterError
	switch {
	case !errors.As(err, &p):
		v.Fail("%s", err.Error())
	case v.Get(p.Name).Present():
		v.Get(p.Name).Fail("%s", p.Rule)
	default:
		v.Fail("%s", p.Error())
	}
}

// Distribution is a law of times, in seconds, as written.
type Distribution = workloads.DistributionSpec

// law returns the law of a distribution that was checked when it was read.
func law(d *Distribution) workloads.Distribution {
	l, err := d.Build()
	if err != nil {
		panic("scenarios: " + err.Error())
	}
	return l
}

func checkLaw(v decode.Value, d *Distribution) {
	if _, err := d.Build(); err != nil {
		failParameter(v, err)
	}
}

// constantFor is what a plain duration means where a law may stand.
func constantFor(s float64) Distribution { return Distribution{Dist: "constant", Mean: &s} }

// distribution is the table of a time's law; a plain duration is constant.
func distribution() decode.Type[Distribution] {
	return decode.Short[Distribution, float64]{
		Full: fullDistribution(),
		As:   decode.Seconds.That(decode.Above(0.0, "0"), decode.AtMost(1e9, "1e9s")),
		Make: constantFor,
	}
}

func fullDistribution() decode.Union[Distribution] {
	u := decode.Union[Distribution]{
		Name: "distribution", Doc: "A law of times. A plain duration, such as 5ms, is constant.",
		Tag: "dist", TagDoc: "The law's name.",
		Word: func(d *Distribution) *string { return &d.Dist },
	}
	for _, c := range workloads.DistributionChoices() {
		u.Cases = append(u.Cases, lawCase(c, distributionField, checkLaw))
	}
	return u
}

// named returns the parameter of that name.
func named(all []workloads.Parameter, name string) workloads.Parameter {
	i := slices.IndexFunc(all, func(p workloads.Parameter) bool { return p.Name == name })
	return all[i]
}

func distributionField(name string) decode.Field[Distribution] {
	p := named(workloads.DistributionParameters(), name)
	switch name {
	case "values":
		return decode.Optional(name, decode.List[float64]{Of: aTimeLen, Min: 1, Max: 100_000},
			func(d *Distribution) *[]float64 { return &d.Values }, decode.Sentence(p.Doc))
	case "weights":
		return decode.Optional(name, decode.List[float64]{Of: aNumber, Min: 1, Max: 100_000},
			func(d *Distribution) *[]float64 { return &d.Weights }, decode.Sentence(p.Doc))
	case "phases":
		return decode.Optional(name, decode.List[workloads.Phase]{Of: phase(), Min: 1, Max: 1000},
			func(d *Distribution) *[]workloads.Phase { return &d.Phases }, decode.Sentence(p.Doc))
	}
	return number(p, func(d *Distribution) **float64 { return distributionNumber(d, name) })
}

func distributionNumber(d *Distribution, name string) **float64 {
	switch name {
	case "mean":
		return &d.Mean
	case "cv":
		return &d.CV
	case "shape":
		return &d.Shape
	case "min":
		return &d.Min
	case "max":
		return &d.Max
	case "alpha":
		return &d.Alpha
	case "low":
		return &d.Low
	case "high":
		return &d.High
	case "ratio":
		return &d.Ratio
	case "share":
		return &d.Share
	}
	panic("scenarios: the language has no parameter " + name + " of distributions")
}

func phase() decode.Object[workloads.Phase] {
	return decode.Object[workloads.Phase]{
		Doc: "One of the exponentials.",
		Fields: []decode.Field[workloads.Phase]{
			decode.Required("share", decode.Share, func(p *workloads.Phase) *float64 { return &p.Share }, "How often it is this one."),
			decode.Required("mean", aTimeLen, func(p *workloads.Phase) *float64 { return &p.Mean }, "Its mean."),
		},
	}
}

// Keys says which key a request asks for, as written.
type Keys = workloads.KeySpec

func keys() decode.Union[Keys] {
	u := decode.Union[Keys]{
		Name: "keys", Doc: "Which key a request asks for.",
		Tag: "dist", TagDoc: "How popularity is spread over the keys.",
		Word: func(k *Keys) *string { return &k.Dist },
	}
	check := func(v decode.Value, k *Keys) {
		if _, err := k.Build(); err != nil {
			failParameter(v, err)
		}
	}
	field := func(name string) decode.Field[Keys] {
		return number(named(workloads.KeyParameters(), name), func(k *Keys) **float64 { return keyNumber(k, name) })
	}
	for _, c := range workloads.KeyChoices() {
		u.Cases = append(u.Cases, lawCase(c, field, check))
	}
	return u
}

func keyNumber(k *Keys, name string) **float64 {
	switch name {
	case "count":
		return &k.Count
	case "exponent":
		return &k.Exponent
	case "hot":
		return &k.Hot
	case "share":
		return &k.Share
	}
	panic("scenarios: the language has no parameter " + name + " of keys")
}
