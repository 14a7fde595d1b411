package compare

import (
	"encoding/binary"
	"fmt"

	"github.com/cespare/xxhash/v2"

	"lbsim/sim"
)

// fingerprint hashes everything that a run counted. Two runs with equal
// fingerprints took the same course.
func fingerprint(r *sim.Result) uint64 {
	h := xxhash.New()
	put := func(xs ...uint64) {
		var b [8]byte
		for _, x := range xs {
			binary.LittleEndian.PutUint64(b[:], x)
			h.Write(b[:])
		}
	}
	put(uint64(r.Start), uint64(r.End), uint64(r.Ended), r.Arrived, r.Events)
	for _, c := range r.Classes {
		put(c.Offered, c.Completed, c.Failed, c.Rejected, c.TimedOut, c.Unfinished, c.Waited)
		c.Latency.Histogram.Each(func(i int, n uint64) { put(uint64(i), n) })
		c.Wait.Histogram.Each(func(i int, n uint64) { put(uint64(i), n) })
	}
	for _, s := range r.Servers {
		put(s.Requests)
		if s.Lookups != nil {
			put(s.Lookups.Hits, s.Lookups.Misses)
		}
	}
	if r.Sessions != nil {
		put(r.Sessions.Began, r.Sessions.Lost)
	}
	return h.Sum64()
}

// fingerprint is that of all runs, in order.
func (s *study) fingerprint() string {
	h := xxhash.New()
	for v := range s.runs {
		for _, r := range s.runs[v][:s.complete] {
			var b [8]byte
			binary.LittleEndian.PutUint64(b[:], r.hash)
			h.Write(b[:])
		}
	}
	return fmt.Sprintf("%016x", h.Sum64())
}
