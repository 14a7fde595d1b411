package validate

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"lbsim/config/decode"
	"lbsim/config/foreign"
	"lbsim/config/foreign/products"
)

// halves are the parts of a file that are looked at: of one that balances requests and
// connections both.
func (s *Subject) halves() []*Subject {
	if s.half == nil {
		return []*Subject{s}
	}
	return []*Subject{s, s.half}
}

// readHalf reads what else the file balances. Where that can't be done, that is what is
// found.
func (s *Subject) readHalf(q products.Request, text []byte, layer string) {
	q.In, q.Layer = bytes.NewReader(text), layer
	c, err := products.Load(q)
	if err != nil {
		at := s.at("")
		if problems := (decode.Problems)(nil); errors.As(err, &problems) {
			at, err = problems[0].Place, errors.New(problems[0].Rule)
		}
		s.unseen = append(s.unseen, foreign.Remark{Place: at, Text: "layer " + layer, Why: fmt.Sprintf("nothing could be checked of what balances connections (--layer %s): %v", layer, err)})
		return
	}
	s.half = Of(s.File, c, textsOf(c, s.File, text))
	maps.Copy(s.texts, s.half.texts)
}

// notSimulated returns the directives without a meaning here: of two halves those that have
// none in either, each once.
func (s *Subject) notSimulated() []foreign.Remark {
	if s.half == nil {
		return s.NotSimulated
	}
	all := slices.Concat(listedBy(s.half, s.NotSimulated), listedBy(s, s.half.NotSimulated))
	slices.SortStableFunc(all, func(a, b foreign.Remark) int {
		return cmp.Or(cmp.Compare(a.Place.File, b.Place.File), cmp.Compare(a.Place.Line, b.Place.Line), cmp.Compare(a.Place.Column, b.Place.Column))
	})
	return slices.CompactFunc(all, func(a, b foreign.Remark) bool { return a.Place == b.Place })
}

// listedBy returns the remarks about what a half lists, too: the same words, or the whole
// directive in which they stand.
func listedBy(s *Subject, remarks []foreign.Remark) (kept []foreign.Remark) {
	line := func(x foreign.Remark) decode.Place { return decode.Place{File: x.Place.File, Line: x.Place.Line} }
	listed := map[decode.Place][]foreign.Remark{}
	for _, x := range s.NotSimulated {
		listed[line(x)] = append(listed[line(x)], x)
	}
	for _, x := range remarks {
		column := x.Place.Column
		if slices.ContainsFunc(listed[line(x)], func(y foreign.Remark) bool {
			return y.Place.Column <= column && column < y.Place.Column+max(1, len(y.Text))
		}) {
			kept = append(kept, x)
		}
	}
	return kept
}
