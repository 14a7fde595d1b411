package accesslog

import (
	"bytes"

	"github.com/cespare/xxhash/v2"
)

// meaning is what a part of a line says.
type meaning uint8

const (
	nothing meaning = iota
	ended           // an instant
	came            // an instant
	request         // GET /path HTTP/1.1
	method
	path
	status
	total // durations
	response
	served
	waited
	received // until the request was there whole
	client
	server
	class
	key
	meanings // how many
)

// said is a meaning, the unit of a number without one, and whether a duration is cut to whole
// units, as HAProxy and Envoy do, and not rounded or, as NGINX does, the difference of two
// instants that are cut, which comes to the same on average.
type said struct {
	what meaning
	unit int64
	cut  bool
}

// fields are the parts of a line, before they are read.
type fields struct {
	text [meanings][]byte
	said [meanings]said
}

func (f *fields) put(s said, text []byte) {
	f.text[s.what], f.said[s.what] = text, s
}

// Why a line tells no request.
type fault uint8

const (
	none fault = iota
	otherForm
	noTime
	badTime
	badDuration
	badStatus
	binary
	fewColumns
	noObject
	elsewhere // it is of another run, and no mistake
)

var faults = [...]string{none: "", otherForm: "does not have the format", noTime: "has no time", badTime: "has a time that can't be read",
	badDuration: "has a duration that is no number", badStatus: "has a status that is no number", binary: "has bytes that no log has",
	fewColumns: "has fewer columns than the header", noObject: "is no JSON object"}

// finenesses are how finely the lines of a piece of log are written.
type finenesses struct {
	instants, durations int64
	tells               Tells
}

// read makes an entry of the fields.
func (f *fields) read(e *Entry, fine *finenesses) fault {
	*e = Entry{Total: Unknown, Response: Unknown, Service: Unknown, Wait: Unknown}
	if f.text[request] != nil {
		f.splitRequest()
	}
	receive := Unknown
	for _, d := range [...]struct {
		what meaning
		to   *int64
		tell Tells
	}{{total, &e.Total, TellsTotal}, {response, &e.Response, TellsResponse}, {served, &e.Service, TellsService}, {waited, &e.Wait, TellsWait}, {received, &receive, 0}} {
		text := lastOf(f.text[d.what])
		if absent(text) {
			continue
		}
		value, fineness, ok := duration(text, f.said[d.what].unit)
		if !ok {
			return badDuration
		}
		// Nothing was cut off a wait that there was not.
		if f.said[d.what].cut && (value > 0 || d.what == total || d.what == response) {
			value += fineness / 2
		}
		*d.to = value
		fine.durations = least(fine.durations, fineness)
		fine.tells |= d.tell
	}
	if wrong := f.readTime(e, receive, fine); wrong != none {
		return wrong
	}
	if text := f.text[status]; !absent(text) {
		value, _, ok := decimal(text, 1)
		if !ok || value > 999 {
			return badStatus
		}
		e.Status = int32(value)
		fine.tells |= TellsStatus
	}
	f.readNames(e, fine)
	return none
}

// readTime finds when the request came. What it took to receive is its client's time, and
// counts neither as the request's nor as a server's.
func (f *fields) readTime(e *Entry, receive int64, fine *finenesses) fault {
	what := came
	if absent(f.text[came]) {
		what = ended
	}
	text := f.text[what]
	if absent(text) {
		return noTime
	}
	at, resolution, ok := instant(text)
	if !ok {
		return badTime
	}
	fine.instants = least(fine.instants, resolution)
	if receive > 0 && e.Total != Unknown {
		e.Total = max(0, e.Total-receive)
	}
	switch {
	case what == came:
		fine.tells |= TellsStart
		if receive > 0 {
			at += receive
		}
	case e.Total != Unknown:
		at -= e.Total
	case e.Response != Unknown:
		at -= e.Response
	}
	e.Start = at
	return none
}

func (f *fields) readNames(e *Entry, fine *finenesses) {
	for i, name := range Methods[1:] {
		if string(f.text[method]) == name {
			e.Method = uint8(i + 1)
		}
	}
	hash := func(what meaning, to *uint64, tell Tells) {
		if text := lastOf(f.text[what]); !absent(text) {
			*to = max(1, xxhash.Sum64(text)) // 0 is nobody
			fine.tells |= tell
		}
	}
	hash(client, &e.Client, TellsClient)
	hash(server, &e.Server, TellsServer)
	if text := f.text[path]; !absent(text) {
		e.Key = max(1, xxhash.Sum64(text))
		if end := bytes.IndexAny(text, "?#"); end >= 0 {
			text = text[:end]
		}
		e.Path = text
		fine.tells |= TellsPath
	}
	hash(key, &e.Key, TellsKey)
	if text := f.text[class]; !absent(text) {
		e.Class = text
		fine.tells |= TellsClass
	}
}

// splitRequest finds the method and the path of a request's first line.
func (f *fields) splitRequest() {
	verb, rest, ok := bytes.Cut(f.text[request], []byte(" "))
	if !ok {
		return
	}
	target, _, _ := bytes.Cut(rest, []byte(" "))
	f.text[method], f.text[path] = verb, target
}

// lastOf is the last attempt of several: NGINX separates them by commas and colons.
func lastOf(b []byte) []byte {
	if i := bytes.LastIndex(b, []byte(", ")); i >= 0 {
		b = b[i+2:]
	}
	if i := bytes.LastIndex(b, []byte(" : ")); i >= 0 {
		b = b[i+3:]
	}
	return b
}

func absent(b []byte) bool { return len(b) == 0 || len(b) == 1 && b[0] == '-' || string(b) == "-1" }

// least is the smaller of two finenesses; 0 is none yet.
func least(a, b int64) int64 {
	if a == 0 || b < a {
		return b
	}
	return a
}
