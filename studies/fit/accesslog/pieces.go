package accesslog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// cut is a piece of a log, whole lines, and what they tell.
type cut struct {
	text    []byte
	entries []Entry
	lines   int // with empty ones
	empty   int // and those of other runs
	others  int // of other runs
	broken  int
	shown   []Problem // lines counted from the piece's first, 1
	strange string    // another format that a broken line has, and
	where   int       // which
	fine    finenesses
	err     error
}

// errLong is a line that fills a piece.
var errLong = errors.New("the line has more than a million characters: this is no log")

// reading is the state of Read.
type reading struct {
	found
	each    func([]Entry, *Summary) error
	summary Summary
	before  int // lines, with empty ones
	strange string
	where   int
}

// run reads pieces in one goroutine, takes each apart in one of its own, and hands their
// entries on in order.
func (s *reading) run(text io.Reader) (*Summary, error) {
	turns := make(chan chan *cut, ahead)
	free := make(chan *cut, ahead+2)
	stop := make(chan struct{})
	ended := make(chan struct{})
	for range ahead + 2 {
		free <- &cut{text: make([]byte, 0, piece)}
	}
	go func() {
		defer close(ended)
		defer close(turns)
		s.cutUp(text, turns, free, stop)
	}()
	var err error
	for turn := range turns {
		c := <-turn
		if err == nil {
			if err = s.take(c); err != nil {
				close(stop)
			}
		}
		free <- c
	}
	<-ended
	if err == nil {
		err = s.judge(true)
	}
	if err != nil {
		return nil, err
	}
	return &s.summary, nil
}

// cutUp cuts the text into pieces at the ends of lines.
func (s *reading) cutUp(text io.Reader, turns chan<- chan *cut, free <-chan *cut, stop <-chan struct{}) {
	var rest []byte
	for first := true; ; first = false {
		var c *cut
		select {
		case c = <-free:
		case <-stop:
			return
		}
		*c = cut{text: append(c.text[:0], rest...), entries: c.entries[:0]}
		n, err := io.ReadFull(text, c.text[len(c.text):piece])
		c.text = c.text[:len(c.text)+n]
		end := len(c.text)
		if err == nil {
			end = bytes.LastIndexByte(c.text, '\n') + 1
		}
		rest = append(rest[:0], c.text[end:]...)
		c.text = c.text[:end]
		switch {
		case err == nil && end == 0:
			c.err = errLong
		case err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF):
			c.err = err
		}
		turn := make(chan *cut, 1)
		turns <- turn
		go func() {
			s.takeApart(c, first)
			turn <- c
		}()
		if err != nil || c.err != nil {
			return
		}
	}
}

// takeApart reads the lines of a piece.
func (s *reading) takeApart(c *cut, first bool) {
	header := first && s.header
	var f fields
	for text := c.text; len(text) > 0; {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		text = rest
		c.lines++
		line = bytes.TrimRight(line, "\r ")
		if len(line) == 0 || header {
			c.empty++
			header = header && len(line) == 0
			continue
		}
		c.entries = append(c.entries, Entry{})
		f = fields{}
		why := s.match(line, &f)
		if why == none {
			why = f.read(&c.entries[len(c.entries)-1], &c.fine)
		}
		if why == none {
			continue
		}
		c.entries = c.entries[:len(c.entries)-1]
		if why == elsewhere {
			c.empty++
			c.others++
			continue
		}
		c.broken++
		if len(c.shown) >= shownProblems {
			continue
		}
		if isBinary(line) {
			why = binary
		} else if name := s.other(line); name != "" && c.strange == "" {
			c.strange, c.where = name, c.lines
		}
		c.shown = append(c.shown, Problem{c.lines, faults[why]})
	}
}

// take counts a piece and hands its entries on.
func (s *reading) take(c *cut) error {
	sum := &s.summary
	for _, p := range c.shown {
		if len(sum.Shown) < shownProblems {
			sum.Shown = append(sum.Shown, Problem{s.before + p.Line, p.Why})
		}
	}
	if s.strange == "" && c.strange != "" {
		s.strange, s.where = c.strange, s.before+c.where
	}
	s.before += c.lines
	sum.Lines += c.lines - c.empty
	sum.Requests += len(c.entries)
	sum.Broken += c.broken
	sum.Others += c.others
	sum.Tells |= c.fine.tells
	if c.fine.instants > 0 {
		sum.Resolution = least(sum.Resolution, c.fine.instants)
	}
	if c.fine.durations > 0 {
		sum.Fineness = least(sum.Fineness, c.fine.durations)
	}
	if err := s.each(c.entries, sum); err != nil {
		return err
	}
	if c.err != nil {
		return readError(c.err, s.before+1)
	}
	return s.judge(false)
}

// judge is an error if too many lines are broken.
func (s *reading) judge(atEnd bool) error {
	sum := &s.summary
	switch {
	case !atEnd && sum.Lines < leastJudged:
		return nil
	case atEnd && sum.Requests == 0 && sum.Broken == 0:
		return &Error{s.before, "no line tells a request"}
	case float64(sum.Broken) < maxBroken*float64(sum.Lines):
		return nil
	}
	text := fmt.Sprintf("%d of %d lines can't be read as %s, and 5%% are too many; ", sum.Broken, sum.Lines, s.name.Name)
	for i, p := range sum.Shown {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("line %d %s", p.Line, p.Why)
	}
	if s.strange != "" {
		return &Error{s.where, fmt.Sprintf("this line is %s: the log has more than one format; %s", s.strange, text)}
	}
	return &Error{sum.Shown[0].Line, text}
}
