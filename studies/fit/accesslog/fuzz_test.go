package accesslog

import (
	"bytes"
	"strings"
	"testing"
)

// Whatever a log holds, reading it ends in requests or in an error that has a reason and
// nothing of the log's text; what a request says is within what can be.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`192.0.2.7 - - [10/Oct/2000:13:55:36 +0000] "GET /x HTTP/1.1" 200 2 "-" "curl" msec=971186136.250 rt=0.120 urt=0.040, 0.050 ua=10.0.0.1:80`), "")
	f.Add([]byte(`Feb  6 12:14:14 localhost haproxy[14389]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/20/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} "GET /index.html HTTP/1.1"`), "")
	f.Add([]byte(`{"start_time":"2016-04-15T20:17:00.310Z","path":"/a\"b?x","response_code":200,"duration":226,"x":{"y":[1,"}"]}}`), "")
	f.Add([]byte("time,duration_ms,method,\"url\"\n971186136.25,120,GET,\"/a\"\"b\"\n"), "")
	f.Add([]byte("1 2\n"), "$msec ${request_time}")
	f.Add([]byte{0x1f, 0x8b, 8, 0}, "")
	f.Fuzz(func(t *testing.T, log []byte, format string) {
		n := 0
		s, err := Read(bytes.NewReader(log), Options{LogFormat: format}, func(entries []Entry, _ *Summary) error {
			for i := range entries {
				e := &entries[i]
				n++
				if e.Status < 0 || e.Status > 999 || int(e.Method) >= len(Methods) || bytes.ContainsAny(e.Path, "?#") {
					t.Errorf("%+v", e)
				}
				for _, d := range []int64{e.Total, e.Wait, e.Response, e.Service} {
					if d < 0 && d != Unknown {
						t.Errorf("a duration of %d", d)
					}
				}
			}
			return nil
		})
		switch {
		case err != nil && strings.TrimSpace(err.Error()) == "":
			t.Error("an error without a reason")
		case err == nil && (s.Requests != n || s.Requests+s.Broken != s.Lines && s.Format.Name != "CSV" || s.Resolution <= 0):
			t.Errorf("%d requests, %+v", n, s)
		}
	})
}

// The two ways in which a time is read agree with the standard library's.
func FuzzInstant(f *testing.F) {
	for _, text := range []string{"10/Oct/2000:13:55:36.123 -0700", "2000-02-29T13:55:36.5Z", "2024-12-31T23:59:60+14:00", "971186136.250"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		at, resolution, ok := instant(text)
		if ok && (resolution <= 0 || resolution > second) {
			t.Errorf("%q: %d, a step of %d", text, at, resolution)
		}
	})
}
