package reports

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/HdrHistogram/hdrhistogram-go"

	"lbsim/sim/histogram"
)

// hdrDigits is the precision of exported histograms in significant digits.
const hdrDigits = 3

// ticksPerHalf is how many percentile lines halve the distance to 100%; 5 is what
// other HdrHistogram tools print.
const ticksPerHalf = 5

// WriteHistogramLog writes h as a HdrHistogram interval log (version 1.3) of one
// interval, tagged with the variant's name: values in nanoseconds, 3 significant
// digits, the interval [0, seconds) from a start at time zero. Each bucket of h
// counts at its middle, so that a value moves by at most 1/512 besides the log's
// own 1/2000.
func WriteHistogramLog(w io.Writer, variant string, seconds float64, h *histogram.Histogram) error {
	hdr, err := toHdr(h)
	if err != nil {
		return err
	}
	// The log's fields are split by commas and its tags end at white space.
	hdr.SetTag(strings.Map(func(r rune) rune {
		if strings.ContainsRune(", \t\r\n", r) {
			return '_'
		}
		return r
	}, variant))
	hdr.SetStartTimeMs(0)
	hdr.SetEndTimeMs(int64(math.Round(seconds * 1000)))
	log := hdrhistogram.NewHistogramLogWriter(w)
	for _, write := range []func() error{
		log.OutputLogFormatVersion,
		func() error { return log.OutputStartTime(0) },
		log.OutputLegend,
		func() error { return log.OutputIntervalHistogram(hdr) },
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

// WritePercentiles writes h as a HdrHistogram percentile distribution (.hgrm),
// the text that its plotters read: values in milliseconds.
func WritePercentiles(w io.Writer, h *histogram.Histogram) error {
	hdr, err := toHdr(h)
	if err != nil {
		return err
	}
	_, err = hdr.PercentilesPrint(w, ticksPerHalf, 1e6)
	return err
}

func toHdr(h *histogram.Histogram) (*hdrhistogram.Histogram, error) {
	if h == nil || h.Count() == 0 {
		return nil, fmt.Errorf("no latency was recorded, so there is no distribution to export")
	}
	highest := int64(2) // the least range that the format allows
	h.Each(func(i int, _ uint64) {
		_, high := histogram.Bounds(i)
		highest = max(highest, int64(high))
	})
	hdr := hdrhistogram.New(1, highest, hdrDigits)
	var err error
	h.Each(func(i int, n uint64) {
		low, high := histogram.Bounds(i)
		if e := hdr.RecordValues(int64(low+(high-low)/2), int64(n)); e != nil && err == nil {
			err = e
		}
	})
	return hdr, err
}
