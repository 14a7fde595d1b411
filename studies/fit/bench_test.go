package fit

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"

	"lbsim/studies/fit/accesslog"
)

// benchLog is a log of two classes as NGINX writes it, of so many lines.
func benchLog(b *testing.B) (text []byte, lines int) {
	w := shop
	w.duration = "600s"
	all, names := w.requests(b, 1)
	return nginxLog(all, names).Bytes(), len(all)
}

// BenchmarkRead takes lines apart, on as many cores as there are; BenchmarkFit does all.
// Both say what a line costs in wall time.
func BenchmarkRead(b *testing.B) {
	text, lines := benchLog(b)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(text); err != nil {
		b.Fatal(err)
	}
	if err := z.Close(); err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		log  []byte
	}{{"plain", text}, {"gzip", packed.Bytes()}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, err := accesslog.Read(bytes.NewReader(c.log), accesslog.Options{}, func([]accesslog.Entry, *accesslog.Summary) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(lines), "ns/line")
		})
	}
}

func BenchmarkFit(b *testing.B) {
	text, lines := benchLog(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Run(b.Context(), Question{File: "x", Log: io.Reader(bytes.NewReader(text))}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(lines), "ns/line")
}
