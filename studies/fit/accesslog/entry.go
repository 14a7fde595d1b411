// Package accesslog reads the logs of load balancers and web servers: NGINX's in any
// log_format, HAProxy's httplog and tcplog, Envoy's text and JSON, lbsim's own, and CSV
// with a header. What it hands on has no text of the log but the path, for as long as the
// call lasts: addresses and keys are hashes.
package accesslog

// Unknown is an instant or a duration that a line does not tell.
const Unknown = int64(-1) << 63

// Entry is a request as a line tells it. Times are nanoseconds, instants since 1970 or since
// the log's own beginning.
type Entry struct {
	Start    int64 // when it came; where a line has no duration, when it was over
	Total    int64 // until it was over for its client
	Wait     int64 // in a queue before its server had it
	Response int64 // of its server alone
	Service  int64 // what its server worked on it, where a log knows that
	Status   int32 // 0: none
	Method   uint8 // index into Methods, 0: another or none
	Client   uint64
	Server   uint64
	Key      uint64 // the whole path with its query, or the key where a log has one
	Class    []byte // where a log has one; valid until the call that hands it on returns
	Path     []byte // without the query, as long
}

// End is when the request was over, as far as its line tells.
func (e *Entry) End() int64 {
	if e.Total == Unknown {
		return e.Start
	}
	return e.Start + e.Total
}

// Methods are those that have a name here; the first is any other.
var Methods = []string{"", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// Tells says what a log's lines have told.
type Tells uint16

const (
	TellsTotal Tells = 1 << iota
	TellsResponse
	TellsService
	TellsWait // in the balancer's queue
	TellsStatus
	TellsClient
	TellsServer
	TellsPath
	TellsClass
	TellsKey
	TellsStart // instants are of arrivals; else they are of ends
)

// Summary is what there was to read.
type Summary struct {
	Format     Format
	Lines      int // that are not empty, nor of other runs
	Requests   int
	Others     int       // rows of other variants and replications than the first
	Broken     int       // lines that tell no request
	Shown      []Problem // the first few of those
	Tells      Tells
	Resolution int64 // of instants, ns
	Fineness   int64 // of durations, ns; 0: there are none
}

// Format is a way to write a line.
type Format struct {
	Name string // such as nginx combined
	Text string // in NGINX's language of variables, where it is said in that
}

// Problem is a line that can't be read and why. It has nothing of the line's text.
type Problem struct {
	Line int
	Why  string
}
