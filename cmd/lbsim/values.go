package main

import (
	"errors"
	"strconv"
	"strings"

	"lbsim/config/decode"
)

// setting is a flag that changes the scenario: --set path=value, or with a path of
// its own --seed value. The scenario language says what is allowed.
type setting struct {
	to   *[]string
	path string
	last string

	flag  string            // the flag's name, where it has a path
	typed map[string]string // what was typed, by setting
}

func (s *setting) Set(text string) error {
	s.last = text
	if s.path != "" {
		typed := "--" + s.flag + " " + text
		text = s.path + "=" + text
		s.typed[text] = typed
	} else if !strings.Contains(text, "=") {
		return errors.New("must look like path=value, such as servers.api.count=8")
	}
	*s.to = append(*s.to, text)
	return nil
}

func (s *setting) String() string { return s.last }
func (s *setting) Type() string   { return "setting" }

// share is a flag that takes 2% or 0.02.
type share struct{ value float64 }

func (s *share) Set(text string) error {
	x, ok := decode.ParseShare(strings.TrimSpace(text))
	if !ok || x <= 0 || x >= 1 {
		return errors.New("must be a share between 0 and 1, such as 2%")
	}
	s.value = x
	return nil
}

func (s *share) String() string { return shareText(s.value) }
func (s *share) Type() string   { return "share" }

// shareText writes a share as people do: 2%. Nothing is "".
func shareText(x float64) string {
	if x == 0 {
		return ""
	}
	text := strconv.FormatFloat(x*100, 'g', 12, 64) + "%"
	if back, ok := decode.ParseShare(text); !ok || back != x {
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return text
}
