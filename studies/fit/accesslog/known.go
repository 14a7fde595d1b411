package accesslog

// Timed is the log_format that tells all that can be fitted. NGINX's $msec and durations
// are milliseconds, the finest that it has.
const Timed = `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" ` +
	`msec=$msec rt=$request_time urt=$upstream_response_time ua=$upstream_addr`

// combined is NGINX's default, and Apache's format of that name.
const combined = `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`

// HAProxy's httplog, where [$start_time] is %tr. Source: HAProxy's configuration manual,
// section 8.2.3; between the counters and the request there may be captured headers.
const httplog = `$client:$port [$start_time] $frontend $server $receive_ms/$wait_ms/$connect/$server_time/$total_ms $status $bytes $cookie $cookie2 $termination $connections $queues "$request"`

// HAProxy's tcplog, section 8.2.2.
const tcplog = `$client:$port [$start_time] $frontend $server $wait_ms/$connect/$total_ms $bytes $termination $connections $queues`

// Envoy's default, without X-Forwarded-For's meaning, which any client may write. Source:
// Envoy's documentation, "Access logging", default format string.
const envoy = `[$start_time] "$request" $status $flags $received $sent $total_ms $upstream_ms "$forwarded" "$agent" "$id" "$authority" "$server"`

// knownFormats are tried in this order: those that say more come first. Logs that went
// through syslog have its words in front.
var knownFormats = []Format{
	{"nginx with times", Timed},
	{"nginx combined with $request_time and $upstream_response_time", combined + ` $request_time $upstream_response_time`},
	{"nginx combined with $request_time", combined + ` $request_time`},
	{"nginx combined with rt=, uct=, uht= and urt=", combined + ` "$http_x_forwarded_for" rt=$request_time uct="$upstream_connect_time" uht="$upstream_header_time" urt="$upstream_response_time"`},
	{"nginx combined with rt=, uct=, uht= and urt=", combined + ` rt=$request_time uct="$upstream_connect_time" uht="$upstream_header_time" urt="$upstream_response_time"`},
	{"nginx main", combined + ` "$http_x_forwarded_for"`},
	{"nginx combined", combined},
	{"common log format", `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent`},
	{"haproxy httplog", httplog},
	{"haproxy httplog", `$syslog]: ` + httplog},
	{"haproxy tcplog", tcplog},
	{"haproxy tcplog", `$syslog]: ` + tcplog},
	{"envoy", envoy},
}

// layouts are the known formats, compiled.
var layouts = func() (all []*layout) {
	for _, f := range knownFormats {
		l, err := compile(f)
		if err != nil {
			panic("accesslog: " + f.Name + ": " + err.Error())
		}
		all = append(all, l)
	}
	return all
}()

// named are the columns of CSV and the keys of JSON, in lower case and without a unit. A
// duration without a unit is of seconds.
var named = map[string]said{
	"start": {what: came}, "start_time": {what: came}, "arrival": {what: came}, "arrived": {what: came}, "arrival_time": {what: came},
	"end": {what: ended}, "end_time": {what: ended}, "ended": {what: ended}, "time_iso8601": {what: ended}, "time_local": {what: ended}, "msec": {what: ended},
	"request": {what: request}, "method": {what: method}, "request_method": {what: method}, "verb": {what: method},
	"path": {what: path}, "uri": {what: path}, "url": {what: path}, "request_uri": {what: path}, "x_envoy_origin_path": {what: path},
	"status": {what: status}, "response_code": {what: status}, "status_code": {what: status}, "code": {what: status},
	"duration": {what: total, unit: second}, "latency": {what: total, unit: second}, "request_time": {what: total, unit: second}, "total": {what: total, unit: second}, "elapsed": {what: total, unit: second}, "seconds": {what: total, unit: second},
	"response": {what: response, unit: second}, "response_time": {what: response, unit: second}, "upstream_response_time": {what: response, unit: second},
	"service": {what: served, unit: second}, "service_time": {what: served, unit: second}, "wait": {what: waited, unit: second}, "queue_time": {what: waited, unit: second},
	"client": {what: client}, "client_ip": {what: client}, "remote_addr": {what: client}, "downstream_remote_address": {what: client}, "remote_ip": {what: client}, "ip": {what: client},
	"server": {what: server}, "upstream": {what: server}, "upstream_addr": {what: server}, "upstream_host": {what: server}, "backend": {what: server}, "endpoint": {what: server},
	"class": {what: class}, "key": {what: key},
}

// times are names of instants that mean another thing in each form: in a table of requests
// when they came, in a log when its line was written.
var times = []string{"time", "timestamp", "ts", "@timestamp"}

// unitSuffixes may follow a column's name.
var unitSuffixes = []struct {
	suffix string
	unit   int64
}{{"_seconds", second}, {"_sec", second}, {"_ms", millisecond}, {"_millis", millisecond}, {"_us", 1000}, {"_ns", nanosecond}, {"_s", second}}
