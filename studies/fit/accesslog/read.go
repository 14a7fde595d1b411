package accesslog

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// Error is what is wrong with a log as a whole. It has nothing of the log's text.
type Error struct {
	Line int // 0: not about a line
	Rule string
}

// Error reads `line 3: the log ends within a line`.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Rule
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Rule)
}

// Options say how a log is to be read.
type Options struct {
	LogFormat string // in NGINX's language; "": found out
}

const (
	// A piece is what is read at once by one goroutine. Its size depends on nothing, so
	// that what comes out does not.
	piece = 1 << 20
	ahead = 4 // pieces that are read before they are wanted
	// maxBroken is the share of broken lines from which on a log is not what it is taken
	// for, and leastJudged how many lines it takes to say so before the end.
	maxBroken, leastJudged = 0.05, 100_000
	shownProblems          = 5
)

// Read reads a log, packed by gzip or not, to its end and hands on its requests in the order
// of their lines, with what is known of the log by then. Where each returns an error Read ends with it. Other errors are *Error or
// come from r. It reads and takes apart on all cores; each is called by one goroutine.
func Read(r io.Reader, o Options, each func([]Entry, *Summary) error) (*Summary, error) {
	text, err := unpacked(r)
	if err != nil {
		return nil, err
	}
	first := make([]byte, piece)
	n, err := io.ReadFull(text, first)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, readError(err, 1+bytes.Count(first[:n], []byte("\n")))
	}
	f, err := formOf(o, first[:n])
	if err != nil {
		return nil, err
	}
	s := &reading{found: f, each: each, summary: Summary{Format: f.name}}
	return s.run(io.MultiReader(bytes.NewReader(first[:n]), text))
}

func formOf(o Options, text []byte) (found, error) {
	if o.LogFormat == "" {
		return detect(text)
	}
	l, err := compile(Format{"--log-format", o.LogFormat})
	if err != nil {
		return found{}, &Error{0, "--log-format: " + err.Error()}
	}
	f := found{form: l, name: l.format}
	lines := firstLines(text)
	if len(lines) == 0 {
		return f, &Error{1, "the log is empty"}
	}
	return f, f.fits(lines)
}

// errCut is a packed log that ends too early.
var errCut = errors.New("the packed log is cut off: gzip's end is missing")

// unpacked unpacks what begins as gzip does.
func unpacked(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	head, err := b.Peek(2)
	if err != nil && err != io.EOF {
		return nil, readError(err, 1)
	}
	if len(head) < 2 || head[0] != 0x1f || head[1] != 0x8b {
		return b, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, &Error{1, "it begins as gzip does, but is not: " + err.Error()}
	}
	return wholeGzip{z}, nil
}

// wholeGzip tells an end that is none from one that is.
type wholeGzip struct{ z *gzip.Reader }

func (w wholeGzip) Read(p []byte) (int, error) {
	n, err := w.z.Read(p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errCut
	}
	return n, err
}

// readError says where reading ended.
func readError(err error, line int) error {
	if errors.Is(err, errCut) || errors.Is(err, errLong) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) {
		return &Error{line, err.Error()}
	}
	return fmt.Errorf("reading the log, at line %d: %w", line, err)
}
