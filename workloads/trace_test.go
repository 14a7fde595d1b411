package workloads_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"lbsim/clock"
	"lbsim/workloads"
)

// longTrace has 10,000 requests 10 ms apart.
func longTrace() *workloads.Trace {
	var b strings.Builder
	b.WriteString("time,class,key,service\n")
	for i := range 10_000 {
		fmt.Fprintf(&b, "%d.%02d,c%d,%d,1ms\n", i/100, i%100, i%3, i%50)
	}
	return must(workloads.ReadTrace(strings.NewReader(b.String())))
}

func TestReadTrace(t *testing.T) {
	trace, err := workloads.ReadTrace(strings.NewReader(
		"\ufeffservice, time ,key,class,client\n" +
			"5ms,0,17,read,ann\n" +
			"0.25,1.5,article:9,write,bob\n" +
			"1e-3,1500ms,18446744073709551615,read,ann\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []workloads.Record{
		{At: 0, Service: 0.005, Key: 17, Class: 0, Client: 0},
		{At: 1_500_000_000, Service: 0.25, Key: trace.Records[1].Key, Class: 1, Client: 1},
		{At: 1_500_000_000, Service: 0.001, Key: math.MaxUint64, Class: 0, Client: 0},
	}
	for i, w := range want {
		if trace.Records[i] != w {
			t.Errorf("record %d is %+v, want %+v", i, trace.Records[i], w)
		}
	}
	if got := fmt.Sprint(trace.Classes, trace.Clients); got != "[read write] [ann bob]" {
		t.Errorf("names %s", got)
	}
	if trace.Records[1].Key == trace.Records[0].Key {
		t.Error("a text key got the number of another")
	}
}

func TestReadTraceErrors(t *testing.T) {
	const header = "time,class,key,service\n"
	tests := []struct{ name, text, want string }{
		{"empty", "", `line 1: the trace is empty: it must begin with time,class,key,service`},
		{"no record", header, `line 1: no request follows the header`},
		{"unknown column", "time,class,key,demand\n", `line 1: column = "demand": must be one of time, class, key, service, client`},
		{"missing column", "time,class,key\n", `line 1: column = "service": is missing`},
		{"column twice", "time,time,class,key,service\n", `line 1: column = "time": must not be there twice`},
		{"negative time", header + "-1,a,1,1ms\n", `line 2: time = "-1": must be >= 0`},
		{"no time", header + "soon,a,1,1ms\n", `line 2: time = "soon": must be seconds (0.25) or a duration (250ms)`},
		{"NaN", header + "0,a,1,NaN\n", `line 2: service = "NaN": must be >= 0`},
		{"infinity", header + "Inf,a,1,1\n", `line 2: time = "Inf": must be <= 4611686018 seconds`},
		{"time falls", header + "1,a,1,1ms\n2,a,1,1ms\n1.9,a,1,1ms\n", `line 4: time = "1.9": must not be before the record above, 2s`},
		{"no class", header + "1,,1,1ms\n", `line 2: class = "": must not be empty`},
		{"short line", header + "1,a,1\n", `line 2: wrong number of fields`},
		{"quote", header + "1,\"a,1,1\n", `line 2: extraneous or missing " in quoted-field`},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			_, err := workloads.ReadTrace(strings.NewReader(tc.text))
			if err == nil || err.Error() != tc.want {
				t.Errorf("error %v, want %s", err, tc.want)
			}
		})
	}
}

func TestReplay(t *testing.T) {
	trace := longTrace()
	checkClose(t, "Rate", trace.Rate(), 100, 1e-12)
	replay := must(trace.Replay(0))
	for i := range trace.Records {
		at, ok := replay.Next(nil)
		if !ok || at != clock.Time(i)*10_000_000 || replay.Record() != &trace.Records[i] {
			t.Fatalf("arrival %d at %v", i, at)
		}
	}
	if _, ok := replay.Next(nil); ok {
		t.Error("an arrival after the last record")
	}
	fast := must(trace.Replay(400))
	checkClose(t, "MeanRate", fast.MeanRate(), 400, 1e-12)
	var last clock.Time
	for range trace.Records {
		last, _ = fast.Next(nil)
	}
	checkClose(t, "the last instant", last.Seconds(), 99.99/4, 1e-9)
}

func TestReplayCannotScaleOneInstant(t *testing.T) {
	trace := must(workloads.ReadTrace(strings.NewReader("time,class,key,service\n1,a,1,1\n1,a,1,1\n")))
	if _, err := trace.Replay(10); err == nil {
		t.Error("a trace of one instant was given a rate")
	}
	if rate := must(trace.Replay(0)).MeanRate(); rate != 0 {
		t.Errorf("its own rate is %v", rate)
	}
}

// Whatever the bytes, a trace is refused with a line, or its records are in order
// and in range.
func FuzzReadTrace(f *testing.F) {
	f.Add([]byte("time,class,key,service\n0,a,1,5ms\n0.5,b,x,1\n"))
	f.Add([]byte("time,class,key,service,client\n0,a,1,5ms,c\n1e9,\"b\n\",x,1,\n"))
	f.Add([]byte("time,class,key\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		trace, err := workloads.ReadTrace(bytes.NewReader(text))
		if err != nil {
			if e, ok := err.(*workloads.TraceError); !ok || e.Line < 1 || e.Rule == "" {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		last := clock.Time(0)
		for i, r := range trace.Records {
			if r.At < last || !(r.Service >= 0) || math.IsInf(r.Service, 0) ||
				int(r.Class) >= len(trace.Classes) || int(r.Client) >= len(trace.Clients) {
				t.Fatalf("record %d is %+v", i, r)
			}
			last = r.At
		}
	})
}
