package scenarios

import (
	"errors"
	"strings"

	"lbsim/config/decode"
)

// mostLoad is the greatest offered load, as a share of the capacity. Beyond it
// somebody forgot the percent sign, and the run would seem to take for ever.
const mostLoad = 10

// load is the type of an offered load.
type load struct{ decode.Scalar[float64] }

func loads() load { return load{decode.Share.That(decode.Above(0.0, "0"))} }

// Read implements decode.Type.
func (l load) Read(v decode.Value) (float64, bool) {
	x, ok := l.Scalar.Read(v)
	if ok && x > mostLoad {
		v.Fail("%s", tooMuch(v.Text()))
		return x, false
	}
	return x, ok
}

// Schema implements decode.Type.
func (l load) Schema(d *decode.Defs) decode.Schema {
	s := l.Scalar.Schema(d)
	s["maximum"] = mostLoad
	return s
}

// tooMuch is the rule that a load breaks, and what was probably meant.
func tooMuch(text string) string {
	rule := "must be a share, such as 80% or 0.8 (at most 1000%)"
	if x, ok := decode.ParseNumber(text); ok && x <= 100*mostLoad {
		rule += ": did you mean " + text + "%?"
	}
	return rule
}

// ParseLoad reads an offered load, written 80% or 0.8. The error is the rule that it
// breaks.
func ParseLoad(text string) (float64, error) {
	text = strings.TrimSpace(text)
	x, ok := decode.ParseShare(text)
	switch {
	case !ok || x <= 0:
		return 0, errors.New("must be a share of the capacity > 0, such as 80%")
	case x > mostLoad:
		return 0, errors.New(tooMuch(text))
	}
	return x, nil
}
