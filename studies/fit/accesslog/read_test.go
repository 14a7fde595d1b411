package accesslog

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// read returns all entries, their texts copied.
func read(t *testing.T, text string, o Options) ([]Entry, *Summary, error) {
	t.Helper()
	var all []Entry
	s, err := Read(strings.NewReader(text), o, func(entries []Entry, _ *Summary) error {
		for _, e := range entries {
			e.Path, e.Class = bytes.Clone(e.Path), bytes.Clone(e.Class)
			all = append(all, e)
		}
		return nil
	})
	return all, s, err
}

func at(text string) int64 {
	when, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return when.UnixNano()
}

// Each product's line says what its documentation says that it says.
func TestFormats(t *testing.T) {
	const ms = int64(time.Millisecond)
	for _, c := range []struct {
		name, log, format      string
		tells                  Tells
		start                  string
		total, wait, response  int64
		method, path           string
		status                 int32
		resolution, durations  int64
		client, server, served bool
	}{
		{"combined", `192.0.2.7 - bob [10/Oct/2000:13:55:36 -0700] "GET /a/b?c=d HTTP/1.1" 200 2326 "-" "Mozilla/5.0 (X11)"`, "nginx combined",
			TellsStatus | TellsClient | TellsPath, "2000-10-10T20:55:36Z", Unknown, Unknown, Unknown, "GET", "/a/b", 200, 1000 * ms, 0, true, false, false},
		{"main", `192.0.2.7 - - [10/Oct/2000:13:55:36 +0000] "POST / HTTP/1.1" 201 2 "-" "curl" "10.0.0.1, 10.0.0.2"`, "nginx main",
			TellsStatus | TellsClient | TellsPath, "2000-10-10T13:55:36Z", Unknown, Unknown, Unknown, "POST", "/", 201, 1000 * ms, 0, true, false, false},
		{"timed", `192.0.2.7 - - [10/Oct/2000:13:55:36 +0000] "GET /x HTTP/1.1" 200 2 "-" "curl" msec=971186136.250 rt=0.120 urt=0.040, 0.050 ua=10.0.0.1:80, 10.0.0.2:80`, "nginx with times",
			TellsTotal | TellsResponse | TellsStatus | TellsClient | TellsServer | TellsPath, "2000-10-10T13:55:36.130Z", 120 * ms, Unknown, 50 * ms, "GET", "/x", 200, ms, ms, true, true, false},
		{"httplog", `Feb  6 12:14:14 localhost haproxy[14389]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/20/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} "GET /index.html HTTP/1.1"`, "haproxy httplog",
			TellsTotal | TellsWait | TellsStatus | TellsClient | TellsServer | TellsPath | TellsStart, "2009-02-06T12:14:14.6655Z", 99 * ms, 20*ms + ms/2, Unknown, "GET", "/index.html", 200, ms, ms, true, true, false},
		{"tcplog", `10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0`, "haproxy tcplog",
			TellsTotal | TellsWait | TellsClient | TellsServer | TellsStart, "2009-02-06T12:12:51.443Z", 5007*ms + ms/2, 0, Unknown, "", "", 0, ms, ms, true, true, false},
		{"envoy", `[2016-04-15T20:17:00.310Z] "POST /api/v1/locations HTTP/2" 204 - 154 0 226 100 "10.0.35.28" "nsq2http" "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" "locations" "10.0.2.1:80"`, "envoy",
			TellsTotal | TellsResponse | TellsStatus | TellsServer | TellsPath | TellsStart, "2016-04-15T20:17:00.310Z", 226*ms + ms/2, Unknown, 100*ms + ms/2, "POST", "/api/v1/locations", 204, ms, ms, false, true, false},
		{"envoy JSON", `{"start_time":"2016-04-15T20:17:00.310Z","method":"GET","path":"/a\"b?x","response_code":200,"duration":226,"upstream_service_time":"100","upstream_host":"10.0.2.1:80","downstream_remote_address":null,"x":{"y":[1,"}"]}}`, "JSON",
			TellsTotal | TellsResponse | TellsStatus | TellsServer | TellsPath | TellsStart, "2016-04-15T20:17:00.310Z", 226*ms + ms/2, Unknown, 100*ms + ms/2, "GET", `/a\"b`, 200, ms, ms, false, true, false},
		{"lbsim proxy", `{"time":"2026-01-02T03:04:05.5Z","level":"INFO","msg":"request","client":"192.0.2.1","method":"GET","path":"/y","status":200,"seconds":0.25,"server":"a"}`, "JSON",
			TellsTotal | TellsStatus | TellsClient | TellsServer | TellsPath, "2026-01-02T03:04:05.25Z", 250 * ms, Unknown, Unknown, "GET", "/y", 200, 100 * ms, 10 * ms, true, true, false},
		{"CSV", "\ufefftime,duration_ms,Method,\"url\",service\n971186136.25,120,GET,\"/a,b\",0.05\n", "CSV",
			TellsTotal | TellsService | TellsPath | TellsStart, "2000-10-10T13:55:36.25Z", 120 * ms, Unknown, Unknown, "GET", "/a,b", 0, 10 * ms, ms, false, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, s, err := read(t, c.log+"\n", Options{})
			if err != nil || len(all) != 1 {
				t.Fatalf("%d requests, %v, %+v", len(all), err, s)
			}
			e := all[0]
			if s.Format.Name != c.format || s.Tells != c.tells || s.Resolution != c.resolution || c.durations > 0 && s.Fineness > c.durations {
				t.Errorf("%+v", s)
			}
			if e.Start != at(c.start) || e.Total != c.total || e.Wait != c.wait || e.Response != c.response || Methods[e.Method] != c.method || string(e.Path) != c.path || e.Status != c.status {
				t.Errorf("%+v, %v, path %s", e, time.Unix(0, e.Start).UTC(), e.Path)
			}
			if (e.Client != 0) != c.client || (e.Server != 0) != c.server || (e.Service != Unknown) != c.served {
				t.Errorf("%+v", e)
			}
		})
	}
}

// What --log-format says is NGINX's language, braces and all.
func TestLogFormat(t *testing.T) {
	all, s, err := read(t, `{"t":"971186136.250","r":"PUT /q HTTP/1.1","d":0.5}`+"\n", Options{LogFormat: `{"t":"${msec}","r":"$request","d":$request_time}`})
	if err != nil || len(all) != 1 || all[0].Total != 5e8 || Methods[all[0].Method] != "PUT" || s.Resolution != 1e6 {
		t.Errorf("%+v, %+v, %v", all, s, err)
	}
}

// A log that can't be read says where and why, and nothing of itself.
func TestMistakes(t *testing.T) {
	line := `192.0.2.7 - - [10/Oct/2000:13:55:36 +0000] "GET /secret HTTP/1.1" 200 2 "-" "curl"` + "\n"
	for _, c := range []struct{ name, log, format, want string }{
		{"empty", "", "", "line 1: the log is empty"},
		{"blank", "\n\n", "", "line 1: the log is empty"},
		{"words", "secret words\n", "", "line 1: no format that is known fits"},
		{"binary", "\x00\x01secret\n", "", "line 1: this is no text"},
		{"header alone", "time,duration\n", "", "line 1: no request follows the header"},
		{"header and secrets", "time,duration\nsecret,1\n", "", "line 2: none of the first lines can be read as CSV: this one has a time that can't be read"},
		{"broken JSON", `{"time":"2026-01-02T03:04:05Z","status":200` + "\n", "", "line 1: none of the first lines can be read as JSON: this one is no JSON object"},
		{"several broken", strings.Repeat(line, 90) + strings.Repeat("secret\n", 10), "",
			"line 91: 10 of 100 lines can't be read as nginx combined, and 5% are too many; line 91 does not have the format, line 92"},
		{"mixed", strings.Repeat(line, 50) + strings.Repeat(`10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0`+"\n", 9), "",
			"line 51: this line is haproxy tcplog: the log has more than one format; 9 of 59 lines"},
		{"unknown variable", line, "$remote_addr $tme_local", "--log-format: no variable says when: add $msec, $time_iso8601 or $time_local (did you mean $time_local by $tme_local?)"},
		{"no time", line, "$remote_addr", "--log-format: no variable says when"},
		{"adjacent", line, "$remote_addr$msec", "--log-format: $msec stands right behind another variable"},
		{"dollar", line, "$ $msec", "--log-format: a $ without the name"},
		{"other format", line, "$msec", "line 1: none of the first lines can be read as --log-format: this one has a time that can't be read"},
		{"endless line", line + strings.Repeat("secret", 400_000), "", "line 2: the line has more than a million characters"},
	} {
		_, _, err := read(t, c.log, Options{LogFormat: c.format})
		if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the log's text is in %v", c.name, err)
		}
	}
}

// A few broken lines are counted and shown.
func TestBrokenLines(t *testing.T) {
	line := `192.0.2.7 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 2 "-" "curl"` + "\r\n"
	broken := "192.0.2.7 - - [99/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.1\" 200 2 \"-\" \"curl\"\n"
	all, s, err := read(t, strings.Repeat(line, 50)+"\n"+broken+strings.Repeat(line, 50)+"\x00\n", Options{})
	if err != nil || len(all) != 100 || s.Lines != 102 || s.Broken != 2 {
		t.Fatalf("%d requests, %+v, %v", len(all), s, err)
	}
	want := []Problem{{52, "has a time that can't be read"}, {103, "has bytes that no log has"}}
	if fmt.Sprint(s.Shown) != fmt.Sprint(want) {
		t.Errorf("%+v, want %+v", s.Shown, want)
	}
}

// A packed log is read like one that is not, and one that is cut off says so.
func TestGzip(t *testing.T) {
	var text bytes.Buffer
	for i := range 200_000 {
		fmt.Fprintf(&text, "192.0.2.7 - - [10/Oct/2000:13:55:36 +0000] \"GET /%d HTTP/1.1\" 200 2 \"-\" \"curl\"\n", i)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(text.Bytes())
	z.Close()
	sum := func(log []byte) (n int, keys uint64) {
		s, err := Read(bytes.NewReader(log), Options{}, func(entries []Entry, _ *Summary) error {
			for _, e := range entries {
				keys = keys*31 + e.Key
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return s.Requests, keys
	}
	n, keys := sum(text.Bytes())
	m, same := sum(packed.Bytes())
	if n != 200_000 || m != n || keys != same {
		t.Errorf("%d and %d requests, %x and %x", n, m, keys, same)
	}
	for _, size := range []int{20, 100, packed.Len() / 2, packed.Len() - 1} {
		_, err := Read(bytes.NewReader(packed.Bytes()[:size]), Options{}, func([]Entry, *Summary) error { return nil })
		if err == nil || !strings.Contains(err.Error(), "the packed log is cut off") {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	for i := 11; i < 40; i++ {
		packed.Bytes()[i] ^= 0xff
	}
	if _, err := Read(&packed, Options{}, func([]Entry, *Summary) error { return nil }); err == nil {
		t.Error("a packed log that is damaged is read")
	}
}

// Reading ends with who reads.
func TestStops(t *testing.T) {
	line := `192.0.2.7 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 2 "-" "curl"` + "\n"
	stop := errors.New("enough")
	calls := 0
	_, err := Read(strings.NewReader(strings.Repeat(line, 200_000)), Options{}, func([]Entry, *Summary) error {
		calls++
		return stop
	})
	if !errors.Is(err, stop) || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
	broken := errors.New("the disk")
	_, err = Read(failing{strings.NewReader(strings.Repeat(line, 20_000)), broken}, Options{}, func([]Entry, *Summary) error { return nil })
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "reading the log, at line") {
		t.Errorf("%v", err)
	}
}

// failing fails at its end.
type failing struct {
	r   *strings.Reader
	err error
}

func (f failing) Read(p []byte) (int, error) {
	if f.r.Len() == 0 {
		return 0, f.err
	}
	return f.r.Read(p)
}

// Of several runs that lbsim --requests writes the first is read.
func TestRuns(t *testing.T) {
	head := "variant,replication,arrival_seconds,latency_seconds\n"
	all, s, err := read(t, head+"a,0,1.0,0.5\na,0,2.0,0.5\na,1,1.5,0.5\nb,0,1.5,0.5\n", Options{})
	if err != nil || len(all) != 2 || s.Others != 2 || s.Lines != 2 || s.Broken != 0 {
		t.Errorf("%+v, %+v, %v", all, s, err)
	}
	all, s, err = read(t, "variant,arrival,latency\na,1.0,0.5\nb,2.0,0.5\n", Options{})
	if err != nil || len(all) != 2 || s.Others != 0 {
		t.Errorf("%+v, %+v, %v", all, s, err)
	}
}
