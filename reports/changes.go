package reports

import (
	"fmt"
	"strings"

	"lbsim/config"
	"lbsim/studies/validate"
)

// changes says what a configuration writes otherwise than the one before.
func (p *page) changes(a *validate.Against) (lines []string) {
	for i := range a.Changes {
		c := &a.Changes[i]
		text := changeText(c)
		if c.Lost() {
			text = p.paint(doubtful, string(validate.Warning)) + ": " + text
		}
		lines = append(lines, text)
	}
	return lines
}

// changeText is a change in a line.
func changeText(c *validate.Changed) string {
	name, was, is := c.Name, c.Before, c.After
	switch c.What {
	case validate.PoolPart:
		if is == "" {
			return fmt.Sprintf("pool %s is there no more (it had %s): it is held against nothing", name, was)
		}
		return fmt.Sprintf("pool %s is new (%s): there is nothing to hold it against", name, is)
	case validate.RoutePart:
		switch {
		case is == "":
			return fmt.Sprintf("route %s is there no more (it went to %s)", name, was)
		case was == "":
			return fmt.Sprintf("route %s is new: to %s", name, is)
		}
		name = "route " + name
	}
	if c.Pool != "" && c.Pool != config.PoolName {
		name = "pool " + c.Pool + ": " + name
	}
	text := name + ": " + orNone(was) + " → " + orNone(is)
	for _, part := range []struct {
		what  string
		names []string
	}{{"gone", c.Gone}, {"new", c.New}} {
		if len(part.names) > 0 {
			text += "; " + part.what + ": " + strings.Join(part.names, ", ")
		}
	}
	return text
}

// orNone is a setting's value, or that it is not given.
func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}
