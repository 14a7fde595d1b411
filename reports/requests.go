package reports

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// RequestRow is what happened to one request. Times are in seconds; Arrival is
// counted from the start of its replication.
type RequestRow struct {
	Variant     string
	Replication int
	ID          uint64
	Arrival     float64
	Wait        float64 // before service began, all attempts together
	Service     float64 // in service, all attempts together
	Latency     float64 // from the client's send to the last byte
	Class       string
	Server      string // of the last attempt; empty when there was none
	Client      string
	Key         uint64
	Attempts    int
	Outcome     string // completed, failed, rejected, timed_out or unfinished
	Status      int    // 0 when there was no answer
}

const requestHeader = "variant,replication,id,arrival_seconds,wait_seconds,service_seconds,latency_seconds," +
	"class,server,client,key,attempts,outcome,status\n"

// RequestWriter writes rows as CSV (RFC 4180, lines ended by a newline alone). It
// holds one buffer, so files of any length take constant memory, and a row
// allocates nothing. It is not safe for concurrent use.
type RequestWriter struct {
	out *bufio.Writer
	row []byte
}

// NewRequestWriter returns a writer to w that has written the header. Flush must
// be called after the last row.
func NewRequestWriter(w io.Writer) *RequestWriter {
	rw := &RequestWriter{out: bufio.NewWriterSize(w, 1<<16), row: make([]byte, 0, 256)}
	rw.out.WriteString(requestHeader) // the buffer keeps its first error
	return rw
}

// Write adds a row. The error is the first of the writer beneath, possibly from
// an earlier row.
func (rw *RequestWriter) Write(r *RequestRow) error {
	b := rw.row[:0]
	b = appendText(b, r.Variant)
	b = strconv.AppendInt(append(b, ','), int64(r.Replication), 10)
	b = strconv.AppendUint(append(b, ','), r.ID, 10)
	for _, seconds := range [...]float64{r.Arrival, r.Wait, r.Service, r.Latency} {
		b = strconv.AppendFloat(append(b, ','), seconds, 'f', -1, 64)
	}
	for _, text := range [...]string{r.Class, r.Server, r.Client} {
		b = appendText(append(b, ','), text)
	}
	b = strconv.AppendUint(append(b, ','), r.Key, 10)
	b = strconv.AppendInt(append(b, ','), int64(r.Attempts), 10)
	b = appendText(append(b, ','), r.Outcome)
	b = strconv.AppendInt(append(b, ','), int64(r.Status), 10)
	rw.row = append(b, '\n')
	_, err := rw.out.Write(rw.row)
	return err
}

// Flush writes what is still buffered and returns the first error of all writes.
func (rw *RequestWriter) Flush() error { return rw.out.Flush() }

// appendText adds a field, quoted where a reader of CSV would otherwise split it.
func appendText(b []byte, s string) []byte {
	if !strings.ContainsAny(s, "\",\r\n") && !strings.HasPrefix(s, " ") && !strings.HasPrefix(s, "\t") {
		return append(b, s...)
	}
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}
