package exercise

import (
	"errors"
	"strings"

	"lbsim/config/decode"
	"lbsim/studies/validate"
)

// contradiction is why answers, each good by itself, make no balancer together.
type contradiction string

func (c contradiction) Error() string { return string(c) }

// contradicted makes a contradiction of what the rules of the language found.
func contradicted(err error) error {
	p, ok := errors.AsType[decode.Problems](err)
	if !ok {
		return err
	}
	var texts []string
	for _, x := range p {
		texts = append(texts, strings.TrimPrefix(x.Path, "balancer.")+" "+x.Rule)
	}
	return contradiction(strings.Join(texts, "; "))
}

// lint returns what package validate finds in the design as answered, by lint.
func (j *judging) lint() (map[string]string, error) {
	found := map[string]string{}
	for _, world := range []string{"world", "launch"} {
		if world == "launch" && !j.exercise.launched {
			continue
		}
		s, err := validate.Read("the design", []byte(j.exercise.scenario(world, j.answers)))
		if x, ok := errors.AsType[contradiction](contradicted(err)); ok {
			j.contradictions[together] = x
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, f := range validate.Check(s).Findings {
			if found[f.ID] == "" && f.Counts() {
				found[f.ID] = f.Message + ": " + f.Why
			}
		}
	}
	return found, nil
}
