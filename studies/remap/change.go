package remap

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"lbsim/config/decode"
)

// Grammar is how a change is written, for messages and help.
const Grammar = "a change is +K, -K, -K@WHICH, replace, replace@WHICH or weight:WHICH=W, where WHICH is first, last, random, a position from 1 on or a node's name; a time may stand before it, as in 09:00 +4"

// verb is what a change does.
type verb uint8

const (
	add verb = iota
	remove
	replace
	reweight
)

// Change is one step of a pool's history.
type Change struct {
	At   string // the time of day, HH:MM; "" where none was given
	Text string // as written, without the time and blanks

	verb   verb
	count  int
	which  which
	weight float64
}

// which is the node that a change begins at: by a word, a position or a name.
type which struct {
	word     string // first, last or random
	position int    // from 1
	name     string
}

var (
	timed    = regexp.MustCompile(`^([0-9]{1,2}:[0-9]{2})\s*(.*)$`)
	nodeName = regexp.MustCompile(`^\w[\w.:-]*$`)
	places   = []string{"first", "last", "random"}
)

// ParseChanges reads changes separated by commas, semicolons or line ends. Times do
// not go backwards. The error names every piece that is no change.
func ParseChanges(text string) ([]Change, error) {
	var changes []Change
	var wrong []error
	last := ""
	for _, piece := range strings.FieldsFunc(text, separates) {
		if piece = strings.TrimSpace(piece); piece == "" {
			continue // as at the end of a line
		}
		c, err := parseChange(piece)
		if err == nil && c.At != "" {
			if c.At < last {
				err = fmt.Errorf("%s comes after %s: a day's times go forwards", c.At, last)
			}
			last = c.At
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("--change %q: %w", piece, err))
			continue
		}
		changes = append(changes, c)
	}
	if len(changes)+len(wrong) == 0 {
		wrong = append(wrong, fmt.Errorf("--change %q: is empty: %s", text, Grammar))
	}
	return changes, joined(wrong)
}

func separates(r rune) bool { return r == ',' || r == ';' || r == '\n' }

func parseChange(text string) (Change, error) {
	c := Change{Text: text}
	if found := timed.FindStringSubmatch(text); found != nil {
		hour, minute, _ := strings.Cut(found[1], ":")
		h, _ := strconv.Atoi(hour)
		m, _ := strconv.Atoi(minute)
		if h > 23 || m > 59 {
			return c, fmt.Errorf("%s is no time of day: must be 00:00 … 23:59", found[1])
		}
		c.At, text = fmt.Sprintf("%02d:%02d", h, m), found[2]
	}
	text = strings.Join(strings.Fields(text), "")
	c.Text = text
	var err error
	switch {
	case strings.HasPrefix(text, "+"):
		c.verb = add
		c.count, err = parseCount(text[1:])
	case strings.HasPrefix(text, "-"):
		count, at, placed := strings.Cut(text[1:], "@")
		c.verb = remove
		if c.count, err = parseCount(count); err == nil {
			c.which, err = parseWhich(at, placed)
		}
	case strings.HasPrefix(text, "weight:"):
		c.verb, c.count = reweight, 1
		at, weight, ok := strings.Cut(text[len("weight:"):], "=")
		if !ok {
			return c, fmt.Errorf("the new weight is missing: weight:3=2; %s", Grammar)
		}
		if c.which, err = parseWhich(at, true); err == nil {
			c.weight, err = parseWeight(weight)
		}
	default:
		c.verb, c.count = replace, 1
		word, at, placed := strings.Cut(text, "@")
		if word != "replace" {
			return c, noChange(text)
		}
		c.which, err = parseWhich(at, placed)
	}
	return c, err
}

// noChange names the word that was meant, where there is one near.
func noChange(text string) error {
	end := strings.IndexAny(text, "@:=")
	if end < 0 {
		end = len(text)
	}
	if near := decode.Nearest(text[:end], []string{"replace", "weight"}); near != "" && near != text {
		return fmt.Errorf("is no change: did you mean %s? %s", near, Grammar)
	}
	return fmt.Errorf("is no change: %s", Grammar)
}

func parseCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxNodes || text[0] == '+' {
		return 0, fmt.Errorf("%q is no number of nodes: must be a whole number in [1, %d]; %s", text, maxNodes, Grammar)
	}
	return n, nil
}

func parseWhich(text string, placed bool) (which, error) {
	if !placed {
		return which{word: "last"}, nil
	}
	if n, err := strconv.Atoi(text); err == nil {
		if n < 1 {
			return which{}, fmt.Errorf("position %d: positions are counted from 1", n)
		}
		return which{position: n}, nil
	}
	for _, word := range places {
		if text == word {
			return which{word: word}, nil
		}
	}
	if near := decode.Nearest(text, places); near != "" {
		return which{}, fmt.Errorf("@%s: did you mean %s? %s", text, near, Grammar)
	}
	if !isName(text) {
		return which{}, fmt.Errorf("%q says no node: %s", text, Grammar)
	}
	return which{name: text}, nil
}

// isName reports whether a node can be called so: like cache-a or 10.0.0.1:6379, but
// not like a number, which would be a position.
func isName(text string) bool {
	_, isNumber := decode.ParseNumber(text)
	return nodeName.MatchString(text) && !isNumber
}

// parseWeight reads a weight within what balancers take.
func parseWeight(text string) (float64, error) {
	w, ok := decode.ParseNumber(text)
	if !ok || !(w > 0) || w > maxWeight || math.IsInf(w, 0) {
		return 0, fmt.Errorf("weight %q: must be a number > 0, at most %d", text, maxWeight)
	}
	return w, nil
}
