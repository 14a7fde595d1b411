package fit

import (
	"cmp"
	"slices"
	"time"

	"lbsim/random"
	"lbsim/sim/histogram"
	"lbsim/studies/fit/accesslog"
)

const (
	// A log is in the order in which requests were over. They are put into the order in
	// which they came within a window of so many lines.
	windowSize = 1 << 16
	seed       = 1
)

// row is a request on its way through the window.
type row struct {
	at       int64 // when it came, spread within the clock's step
	start    int64 // as the log says
	latency  int64 // until its server had answered, or it was over; Unknown
	reached  int64 // when its server got it
	response int64 // what that took; Unknown
	service  int64 // as the log says; Unknown
	client   uint64
	key      uint64
	server   int32 // -1: not known
	template int32
	failed   bool
}

// intake takes requests in the order of the lines and learns all that is wanted of them in
// one pass and in bounded memory.
type intake struct {
	paths    templates
	statuses [1000]int
	times    *histogram.Histogram // latencies of all requests
	timed    int                  // requests with a latency

	window  []row
	passed  int
	late    int   // came before what had been passed on
	lateAt  int   // number of the first of those
	last    int64 // instant of the last that was passed on
	began   int64
	ended   int64 // the last end
	working servers
	counts  counts
	gaps    gaps
	people  people
	keys    keyCounts
	sample  reservoir // services
	answers reservoir // responses
	number  int       // of requests

	resolution, fineness int64
	within               random.Index // where in a step of the clock an instant is
}

// finest is a step of a clock, in ns, that is too short to matter.
const finest = 1000

// spread places a duration within the step that it was rounded to, as positiveValues does.
func spread(d, step int64, src *random.Source) int64 {
	if step <= finest {
		return d
	}
	low, high := max(0, d-step/2), d+step/2
	return low + int64(src.Float64()*float64(high-low))
}

func newIntake(workers int) *intake {
	return &intake{times: &histogram.Histogram{}, paths: newTemplates(), working: servers{known: map[uint64]int32{}, given: workers},
		people: newPeople(), keys: keyCounts{counts: map[uint64]uint32{}}, sample: newReservoir("fit services", 400_000),
		answers: newReservoir("fit responses", 400_000), window: make([]row, 0, 2*windowSize), within: random.NewIndex(seed, "fit instants", 0)}
}

// add takes some lines' requests.
func (in *intake) add(entries []accesslog.Entry, s *accesslog.Summary) {
	in.resolution, in.fineness = s.Resolution, s.Fineness
	for i := range entries {
		in.window = append(in.window, in.rowOf(&entries[i]))
		if len(in.window) == cap(in.window) {
			in.pass(windowSize)
		}
	}
}

// finish passes on what is still in the window.
func (in *intake) finish() { in.pass(len(in.window)) }

func (in *intake) rowOf(e *accesslog.Entry) row {
	r := row{at: e.Start, start: e.Start, reached: e.Start, latency: e.Response, response: e.Response, service: e.Service, client: e.Client, key: e.Key}
	if r.latency == accesslog.Unknown {
		r.latency, r.response = e.Total, e.Total
		if e.Wait != accesslog.Unknown && e.Total != accesslog.Unknown {
			r.reached += e.Wait
			r.response = max(0, e.Total-e.Wait)
		}
	}
	r.server = in.working.number(e.Server)
	r.template = in.paths.add(e)
	// An error says little about what work takes.
	r.failed = e.Status >= 500 || e.Status == 499 || e.Status == 408
	in.statuses[e.Status]++
	in.number++
	src := in.within.At(uint64(in.number), 0)
	if in.resolution > finest {
		r.at += int64(src.Float64() * float64(in.resolution))
	}
	if r.latency != accesslog.Unknown {
		in.timed++
		in.times.Record(time.Duration(spread(r.latency, in.fineness, &src)))
		if !r.failed {
			in.answers.add(timed{r.template, r.response})
		}
	}
	in.ended = max(in.ended, e.End())
	return r
}

// pass puts the window in order and passes its first n rows on.
func (in *intake) pass(n int) {
	slices.SortStableFunc(in.window, func(a, b row) int { return cmp.Compare(a.at, b.at) })
	if in.passed == 0 && n > 0 {
		in.began = in.window[0].at
		in.last = in.began
		in.counts = newCounts(in.began, in.resolution)
		in.working.learn(in.window, in.resolution, in.fineness)
	}
	for i := range in.window[:n] {
		in.arrive(&in.window[i])
	}
	in.window = append(in.window[:0], in.window[n:]...)
}

// arrive takes a request in the order in which they came.
func (in *intake) arrive(r *row) {
	in.passed++
	in.counts.add(r.at)
	in.keys.add(r.key)
	if r.at < in.last {
		if in.late == 0 {
			in.lateAt = in.passed
		}
		in.late++
		return
	}
	in.last = r.at
	in.gaps.add(r.at)
	in.people.add(r)
	if service, ok := in.working.serve(r); ok && !r.failed {
		in.sample.add(timed{r.template, service})
	}
}

// timed is a service time of a template.
type timed struct {
	template int32
	service  int64
}

// reservoir is a sample of at most so many of a stream, each of its elements as likely as
// any other. Source: J. S. Vitter, "Random sampling with a reservoir", ACM TOMS 11(1), 1985,
// algorithm R.
type reservoir struct {
	kept []timed
	seen int
	most int
	src  random.Source
}

func newReservoir(name string, most int) reservoir {
	return reservoir{most: most, src: random.New(seed, name, 0)}
}

func (r *reservoir) add(t timed) {
	r.seen++
	if len(r.kept) < r.most {
		r.kept = append(r.kept, t)
		return
	}
	if i := r.src.IntN(r.seen); i < r.most {
		r.kept[i] = t
	}
}
