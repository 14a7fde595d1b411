package workloads

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"lbsim/clock"
	"lbsim/random"
)

// Record is one request of a trace. It takes 32 bytes.
type Record struct {
	At      clock.Time
	Service float64 // seconds
	Key     uint64
	Class   int32 // index into Trace.Classes
	Client  int32 // index into Trace.Clients, -1 where the trace has no clients
}

// Trace is a recorded workload, held in memory whole: 32 bytes a request and the
// names. It is immutable and may serve many runs.
type Trace struct {
	Records []Record
	Classes []string // in order of appearance
	Clients []string
}

// TraceError says where a trace is wrong.
type TraceError struct {
	Line                int // counted from 1
	Column, Value, Rule string
}

// Error reads `line 3: time = "-1": must be >= 0`.
func (e *TraceError) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("line %d: %s", e.Line, e.Rule)
	}
	return fmt.Sprintf("line %d: %s = %q: %s", e.Line, e.Column, e.Value, e.Rule)
}

// traceColumns are those of a trace; the first four are required.
var traceColumns = []string{"time", "class", "key", "service", "client"}

const requiredColumns = 4

// ReadTrace reads a trace as CSV (RFC 4180): a header that names the columns time,
// class, key, service and perhaps client, in any order, and a record for each
// request in order of time. time and service are seconds (0.25) or durations
// (250ms), both >= 0, and times are instants since the start. A key that is no
// whole number below 2^64 stands for the hash of its text (FNV-1a, 64 bits).
// Times are rounded to the nanosecond. Errors of content are *TraceError, others
// come from r.
func ReadTrace(r io.Reader) (*Trace, error) {
	t := traceReader{csv: csv.NewReader(r), trace: &Trace{}, classes: map[string]int32{}, clients: map[string]int32{}}
	t.csv.ReuseRecord = true
	if err := t.header(); err != nil {
		return nil, err
	}
	for {
		fields, err := t.csv.Read()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = t.record(fields)
		}
		if err != nil {
			return nil, traceError(err)
		}
	}
	if len(t.trace.Records) == 0 {
		return nil, &TraceError{Line: 1, Rule: "no request follows the header"}
	}
	return t.trace, nil
}

// traceError turns an error of CSV's form into one of the trace.
func traceError(err error) error {
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		return &TraceError{Line: parse.Line, Rule: parse.Err.Error()}
	}
	return err
}

// traceReader is the state of ReadTrace.
type traceReader struct {
	csv              *csv.Reader
	trace            *Trace
	position         [5]int // of each of traceColumns among the fields, -1 for none
	classes, clients map[string]int32
}

func (t *traceReader) header() error {
	fields, err := t.csv.Read()
	if err == io.EOF {
		return &TraceError{Line: 1, Rule: "the trace is empty: it must begin with " + strings.Join(traceColumns[:requiredColumns], ",")}
	}
	if err != nil {
		return traceError(err)
	}
	for i := range t.position {
		t.position[i] = -1
	}
	for i, name := range fields {
		name = strings.TrimPrefix(name, "\ufeff") // the mark that spreadsheets put first
		column := slices.Index(traceColumns, strings.TrimSpace(name))
		switch {
		case column < 0:
			return &TraceError{1, "column", name, "must be one of " + strings.Join(traceColumns, ", ")}
		case t.position[column] >= 0:
			return &TraceError{1, "column", name, "must not be there twice"}
		}
		t.position[column] = i
	}
	for i, name := range traceColumns[:requiredColumns] {
		if t.position[i] < 0 {
			return &TraceError{1, "column", name, "is missing"}
		}
	}
	return nil
}

// record adds the request of one line.
func (t *traceReader) record(fields []string) error {
	at, rule := seconds(fields[t.position[0]])
	if rule != "" {
		return t.wrong(fields, 0, rule)
	}
	rec := Record{At: clock.FromSeconds(at), Client: -1}
	if n := len(t.trace.Records); n > 0 && rec.At < t.trace.Records[n-1].At {
		return t.wrong(fields, 0, fmt.Sprintf("must not be before the record above, %v", t.trace.Records[n-1].At))
	}
	class := strings.TrimSpace(fields[t.position[1]])
	if class == "" {
		return t.wrong(fields, 1, "must not be empty")
	}
	rec.Class = index(&t.trace.Classes, t.classes, class)
	rec.Key = traceKey(strings.TrimSpace(fields[t.position[2]]))
	if rec.Service, rule = seconds(fields[t.position[3]]); rule != "" {
		return t.wrong(fields, 3, rule)
	}
	if p := t.position[4]; p >= 0 {
		rec.Client = index(&t.trace.Clients, t.clients, strings.TrimSpace(fields[p]))
	}
	t.trace.Records = append(t.trace.Records, rec)
	return nil
}

func (t *traceReader) wrong(fields []string, column int, rule string) error {
	line, _ := t.csv.FieldPos(t.position[column])
	return &TraceError{line, traceColumns[column], fields[t.position[column]], rule}
}

// index returns the number of a name, giving new names the next.
func index(names *[]string, known map[string]int32, name string) int32 {
	i, ok := known[name]
	if !ok {
		i = int32(len(*names))
		name = strings.Clone(name) // not the reader's buffer
		known[name] = i
		*names = append(*names, name)
	}
	return i
}

// maxTraceSeconds is 146 years, half of what clock.Time holds.
const maxTraceSeconds = farthest / second

// seconds parses a number of seconds or a duration; rule is what it breaks.
func seconds(text string) (s float64, rule string) {
	text = strings.TrimSpace(text)
	s, err := strconv.ParseFloat(text, 64)
	if err != nil {
		d, err := time.ParseDuration(text)
		if err != nil {
			return 0, "must be seconds (0.25) or a duration (250ms)"
		}
		s = d.Seconds()
	}
	switch {
	case !(s >= 0):
		return 0, "must be >= 0"
	case s > maxTraceSeconds:
		return 0, fmt.Sprintf("must be <= %.0f seconds", math.Floor(maxTraceSeconds))
	}
	return s, ""
}

// traceKey returns a number as it is and the hash of any other text.
func traceKey(text string) uint64 {
	if key, err := strconv.ParseUint(text, 10, 64); err == nil {
		return key
	}
	h := uint64(0xcbf29ce484222325)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 0x100000001b3
	}
	return h
}

// Rate returns the trace's arrivals a second: n requests take n-1 gaps. It is 0
// where all come at once.
func (t *Trace) Rate() float64 {
	n := len(t.Records)
	span := t.Records[n-1].At.Sub(t.Records[0].At)
	if span <= 0 {
		return 0
	}
	return float64(n-1) / span.Seconds()
}

// Replay is the process of a trace's instants. Its requests' other properties are
// those of Record, not draws.
type Replay struct {
	records []Record
	stretch float64
	rate    float64
	next    int
}

// Replay returns a process at the trace's start. Where rate > 0 it stretches or
// squeezes the trace about its beginning so that arrivals come at that rate.
func (t *Trace) Replay(rate float64) (*Replay, error) {
	own := t.Rate()
	r := &Replay{records: t.Records, stretch: 1, rate: own}
	if rate > 0 {
		if own == 0 {
			return nil, broken("rate", rate, "cannot scale a trace whose requests all come at once")
		}
		r.stretch, r.rate = own/rate, rate
	}
	return r, nil
}

// Next returns the next record's instant.
func (r *Replay) Next(*random.Source) (clock.Time, bool) {
	if r.next == len(r.records) {
		return clock.Never, false
	}
	at := r.records[r.next].At
	r.next++
	if r.stretch != 1 {
		at = clock.FromSeconds(at.Seconds() * r.stretch)
	}
	return at, true
}

// Record returns the request that the last call of Next was about.
func (r *Replay) Record() *Record { return &r.records[r.next-1] }

// MeanRate is that from the first request to the last.
func (r *Replay) MeanRate() float64 { return r.rate }

// Stationary returns false: nothing is known about the law of a recording.
func (r *Replay) Stationary() bool { return false }
