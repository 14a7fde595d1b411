package proxy

import (
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
)

// spool is the body of a request, of which the beginning is kept for a further attempt.
// It is read as it comes: nothing waits for the end of a body. An attempt that was given
// up may still be in the middle of a Read; what that brings is kept too.
type spool struct {
	source  io.Reader
	most    int        // how much is kept
	reading sync.Mutex // whoever reads the source

	mu      sync.Mutex
	current *part // the attempt under way; nil while there is none
	total   int   // how much has been read
	kept    []byte
	lost    bool  // it is more than is kept
	err     error // of the source, io.EOF among them
}

// errLost can only be met by an attempt that should not have been made.
var errLost = errors.New("the beginning of the body is not kept")

// part is an attempt's view of the body.
type part struct {
	of *spool
	at int
}

// reader returns the body from its beginning.
func (s *spool) reader() *part {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current = &part{of: s}
	return s.current
}

// Read implements io.Reader.
func (p *part) Read(b []byte) (int, error) {
	s := p.of
	if n, done, err := p.again(b); done {
		return n, err
	}
	s.reading.Lock()
	defer s.reading.Unlock()
	if n, done, err := p.again(b); done { // of what another one has read meanwhile
		return n, err
	}
	n, err := s.source.Read(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
	s.total += n
	p.at += n
	switch {
	case s.lost || n == 0:
	case len(s.kept)+n <= s.most || p != s.current:
		s.kept = append(s.kept, b[:n]...)
	default:
		s.lost, s.kept = true, nil
	}
	return n, err
}

// again reads what is there already; done is false where the source has to be read.
func (p *part) again(b []byte) (n int, done bool, err error) {
	s := p.of
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case p != s.current:
		return 0, true, http.ErrBodyReadAfterClose
	case p.at < s.total && s.lost:
		return 0, true, errLost
	case p.at < s.total:
		n := copy(b, s.kept[p.at:])
		p.at += n
		return n, true, nil
	}
	return 0, s.err != nil, s.err
}

// Close implements io.Closer.
func (p *part) Close() error { return nil }

// giveUp ends the attempt under way and reports whether another one can send the body.
func (s *spool) giveUp() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current = nil
	return !s.lost
}

// clientsFault returns the status of a body that the client could not or should not have
// sent so, or, where the time of the request is over, not in time; 0 where it is none.
func (s *spool) clientsFault(late bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && late {
		return http.StatusRequestTimeout
	}
	if s.err == nil || s.err == io.EOF {
		return 0
	}
	return faultOf(s.err)
}

// faultOf is the status of a body whose reading failed.
func faultOf(err error) int {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return http.StatusRequestTimeout
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}
