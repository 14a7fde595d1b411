package haproxy

import (
	"slices"
	"strings"

	"lbsim/config/decode"
)

// Why directives have no meaning here.
const (
	logging    = "logging"
	ofTLS      = "TLS"
	ofHeaders  = "headers and bodies are not looked at or changed"
	ofErrors   = "the text of errors does not matter"
	ofSockets  = "a property of sockets"
	ofLimits   = "lbsim has no bound on connections of clients"
	ofMail     = "nobody is told by mail"
	ofStats    = "HAProxy's own statistics page and socket"
	ofProtocol = "a detail of HTTP that moves no request to another server"
	ofDNS      = "names are not looked up"
	ofAgents   = "agents are not asked; weights stay as they are"
	ofTables   = "stick tables are not kept"
	ofReuse    = "connections to servers are not modelled"
	ofAddress  = "lbsim does not choose the address from which it connects"
)

// handled are the directives of proxies that are read; option and the like are known by
// their first two words.
var handled = []string{"acl", "balance", "bind", "cookie", "default-server", "default_backend", "disabled", "enabled", "fullconn", "hash-balance-factor", "hash-type",
	"http-check", "http-request", "http-response", "http-after-response", "mode", "no", "default", "option", "retries", "retry-on", "server", "server-template", "stick", "stick-table", "stats", "tcp-request", "tcp-response",
	"timeout", "use_backend", "use-server"}

// unread are the directives of proxies that have no meaning here.
var unread = map[string]string{
	"backlog": ofSockets, "bind-process": "processes", "block": "rules that reject requests", "capture": logging, "clitcpka-cnt": ofSockets, "clitcpka-idle": ofSockets,
	"clitcpka-intvl": ofSockets, "clitimeout": "an old form of timeout client", "compression": ofHeaders, "contimeout": "an old form of timeout connect", "declare": logging, "description": "a comment",
	"dispatch": "a fixed address instead of servers", "dynamic-cookie-key": "lbsim's cookies name endpoints themselves", "email-alert": ofMail, "error-log-format": logging, "errorfile": ofErrors, "errorfiles": ofErrors,
	"errorloc": ofErrors, "errorloc302": ofErrors, "errorloc303": ofErrors, "external-check": "programs are not started", "filter": "filters", "filter-sequence": "filters",
	"force-be-switch": "servers and proxies are not switched by rules", "force-persist": "lbsim never sends requests to endpoints that are down", "guid": "a name for statistics", "hash-preserve-affinity": "a full endpoint never waits for its own keys here",
	"http-error": ofErrors, "http-reuse": ofReuse, "http-send-name-header": ofHeaders, "id": "a number for statistics", "ignore-persist": "stickiness has no exceptions here",
	"load-server-state-from-file": "every run begins anew", "log": logging, "log-format": logging, "log-format-sd": logging, "log-steps": logging, "log-tag": logging, "max-keep-alive-queue": ofReuse,
	"max-session-srv-conns": ofReuse, "maxconn": ofLimits, "monitor": "a page that says whether HAProxy is well", "monitor-net": "a page that says whether HAProxy is well", "monitor-uri": "a page that says whether HAProxy is well",
	"persist": "RDP cookies", "quic-initial": "QUIC", "rate-limit": "a bound on new connections of clients", "redirect": "redirects", "server-state-file-name": "every run begins anew",
	"source": ofAddress, "srvtcpka-cnt": ofSockets, "srvtcpka-idle": ofSockets, "srvtcpka-intvl": ofSockets, "srvtimeout": "an old form of timeout server", "tcp-check": "a check opens a connection here and no more",
	"transparent": "transparent proxying", "unique-id-format": logging, "unique-id-header": ofHeaders, "use-fcgi-app": "FastCGI is not spoken",
}

// options that are read: allbackups, httpchk and redispatch.
var options = map[string]string{
	"allbackups": "", "httpchk": "", "redispatch": "", "tcp-check": "", "persist": "",
	"abortonclose": "clients that give up are the workload's", "accept-invalid-http-request": ofProtocol, "accept-invalid-http-response": ofProtocol, "accept-unsafe-violations-in-http-request": ofProtocol,
	"accept-unsafe-violations-in-http-response": ofProtocol, "checkcache": ofHeaders, "clitcpka": ofSockets, "contstats": ofStats, "disable-h2-upgrade": ofProtocol, "dont-parse-log": logging, "dontlog-normal": logging,
	"dontlognull": logging, "external-check": "programs are not started: a check opens a connection here and no more", "forceclose": ofReuse, "forwarded": ofHeaders, "forwardfor": ofHeaders, "h1-case-adjust-bogus-client": ofProtocol,
	"h1-case-adjust-bogus-server": ofProtocol, "http-buffer-request": ofProtocol, "http-drop-request-trailers": ofProtocol, "http-drop-response-trailers": ofProtocol, "http-ignore-probes": logging,
	"http-keep-alive": ofReuse, "http-no-delay": ofProtocol, "http-pretend-keepalive": ofReuse, "http-restrict-req-hdr-names": ofHeaders, "http-server-close": ofReuse, "http-tunnel": ofReuse,
	"http-use-htx": "an implementation", "http-use-proxy-header": ofProtocol, "httpclose": ofReuse, "httplog": logging, "httpslog": logging, "idle-close-on-response": ofReuse, "independent-streams": "time-outs of one direction",
	"ldap-check": "a check opens a connection here and no more", "log-health-checks": logging, "log-separate-errors": logging, "logasap": logging, "mysql-check": "a check opens a connection here and no more", "nolinger": ofSockets,
	"originalto": ofHeaders, "pgsql-check": "a check opens a connection here and no more", "prefer-last-server": ofReuse, "redis-check": "a check opens a connection here and no more", "smtpchk": "a check opens a connection here and no more",
	"socket-stats": ofStats, "splice-auto": ofSockets, "splice-request": ofSockets, "splice-response": ofSockets, "spop-check": "a check opens a connection here and no more", "srvtcpka": ofSockets,
	"ssl-hello-chk": "a check opens a connection here and no more", "tcp-smart-accept": ofSockets, "tcp-smart-connect": ofSockets, "tcpka": ofSockets, "tcplog": logging, "transparent": "transparent proxying",
	"use-small-buffers": ofProtocol,
}

// times are what follows timeout.
var times = map[string]string{"check": "", "client": "", "connect": "", "http-keep-alive": "", "http-request": "", "queue": "", "server": "", "tunnel": "",
	"client-fin": "half-closed connections", "server-fin": "half-closed connections", "tarpit": "lbsim does not delay whom it rejects", "client-hs": ofTLS}

// rules are directives whose second word says what they do.
var rules = map[string]string{
	"http-request": "rules that change or reject requests", "http-response": ofHeaders, "http-after-response": ofHeaders, "tcp-request": "rules on connections", "tcp-response": "rules on answers",
	"stats": ofStats, "use-server": "rules that choose a server",
}

// bindWords is how many arguments words of bind have.
var bindWords = map[string]int{
	"accept-netscaler-cip": 1, "accept-proxy": 0, "allow-0rtt": 0, "alpn": 1, "backlog": 1, "ca-file": 1, "ca-ignore-err": 1, "ca-sign-file": 1, "ca-sign-pass": 1, "ca-verify-file": 1, "cc": 1, "ciphers": 1, "ciphersuites": 1,
	"client-sigalgs": 1, "crl-file": 1, "crt": 1, "crt-ignore-err": 1, "crt-list": 1, "curves": 1, "default-crt": 1, "defer-accept": 0, "ecdhe": 1, "ech": 1, "expose-fd": 1, "force-sslv3": 0, "force-strict-sni": 0, "force-tlsv10": 0, "force-tlsv11": 0,
	"force-tlsv12": 0, "force-tlsv13": 0, "generate-certificates": 0, "gid": 1, "group": 1, "guid-prefix": 1, "id": 1, "idle-ping": 1, "interface": 1, "ktls": 1, "label": 1, "level": 1, "maxconn": 1, "mode": 1, "mss": 1, "name": 1, "namespace": 1, "nbconn": 1, "nice": 1,
	"no-alpn": 0, "no-ca-names": 0, "no-sslv3": 0, "no-strict-sni": 0, "no-tls-tickets": 0, "no-tlsv10": 0, "no-tlsv11": 0, "no-tlsv12": 0, "no-tlsv13": 0, "npn": 1, "ocsp-update": 1, "prefer-client-ciphers": 0, "process": 1, "proto": 1,
	"quic-cc-algo": 1, "quic-force-retry": 0, "quic-socket": 1, "severity-output": 1, "shards": 1, "sigalgs": 1, "ssl": 0, "ssl-max-ver": 1, "ssl-min-ver": 1, "strict-sni": 0, "tcp-md5sig": 1, "tcp-ss": 1, "tcp-ut": 1, "tfo": 0, "thread": 1, "tls-ticket-keys": 1,
	"tls-tickets": 0, "transparent": 0, "uid": 1, "user": 1, "v4v6": 0, "v6only": 0, "verify": 1,
}

// serverWord is a word of a server: how many arguments it has, and why it has no meaning
// here; "": it has one.
type serverWord struct {
	n   int
	why string
}

var serverWords = map[string]serverWord{
	"backup": {}, "check": {}, "cookie": {1, ""}, "disabled": {}, "downinter": {1, ""}, "enabled": {}, "error-limit": {1, ""}, "fall": {1, ""}, "fastinter": {1, ""}, "id": {1, ""}, "inter": {1, ""}, "maxconn": {1, ""},
	"no-backup": {}, "no-check": {}, "observe": {1, ""}, "on-error": {1, ""}, "port": {1, ""}, "rise": {1, ""}, "slowstart": {1, ""}, "weight": {1, ""},
	"addr": {1, "checks go to the endpoint itself"}, "agent-addr": {1, ofAgents}, "agent-check": {0, ofAgents}, "agent-inter": {1, ofAgents}, "agent-port": {1, ofAgents}, "agent-send": {1, ofAgents}, "allow-0rtt": {0, ofTLS}, "alpn": {1, ofTLS},
	"ca-file": {1, ofTLS}, "check-alpn": {1, ofTLS}, "check-pool-conn-name": {1, ofReuse}, "check-proto": {1, ofProtocol}, "check-reuse-pool": {0, ofReuse}, "check-send-proxy": {0, "checks say nothing of the PROXY protocol"}, "check-sni": {1, ofTLS}, "check-sni-auto": {0, ofTLS},
	"check-ssl": {0, ofTLS}, "check-via-socks4": {0, "SOCKS"}, "ciphers": {1, ofTLS}, "ciphersuites": {1, ofTLS}, "client-sigalgs": {1, ofTLS}, "crl-file": {1, ofTLS}, "crt": {1, ofTLS}, "curves": {1, ofTLS}, "force-sslv3": {0, ofTLS}, "force-tlsv10": {0, ofTLS},
	"force-tlsv11": {0, ofTLS}, "force-tlsv12": {0, ofTLS}, "force-tlsv13": {0, ofTLS}, "guid": {1, "a name for statistics"}, "hash-key": {1, "the nodes of a consistent hash follow the order of the servers (hash-key id)"}, "healthcheck": {1, "checks are as the backend's"},
	"idle-ping": {1, ofReuse}, "init-addr": {1, ofDNS}, "init-state": {1, "endpoints are taken to be up until their first check"}, "ktls": {1, ofTLS}, "log-bufsize": {1, logging}, "log-proto": {1, logging}, "max-reuse": {1, ofReuse}, "maxqueue": {1, "requests wait together and not for one endpoint"},
	"minconn": {1, "a bound that grows with the load"}, "namespace": {1, ofSockets}, "no-agent-check": {0, ofAgents}, "no-check-reuse-pool": {0, ofReuse}, "no-check-send-proxy": {0, "the PROXY protocol is not spoken"}, "no-check-sni-auto": {0, ofTLS}, "no-check-ssl": {0, ofTLS},
	"no-renegotiate": {0, ofTLS}, "no-send-proxy": {0, "the PROXY protocol is not spoken"}, "no-send-proxy-v2": {0, "the PROXY protocol is not spoken"}, "no-send-proxy-v2-ssl": {0, "the PROXY protocol is not spoken"}, "no-send-proxy-v2-ssl-cn": {0, "the PROXY protocol is not spoken"},
	"no-sni-auto": {0, ofTLS}, "no-ssl": {0, ofTLS}, "no-ssl-reuse": {0, ofTLS}, "no-sslv3": {0, ofTLS}, "no-tfo": {0, ofSockets}, "no-tls-tickets": {0, ofTLS}, "no-tlsv10": {0, ofTLS}, "no-tlsv11": {0, ofTLS}, "no-tlsv12": {0, ofTLS}, "no-tlsv13": {0, ofTLS},
	"non-stick": {0, ofTables}, "npn": {1, ofTLS}, "on-marked-down": {1, "running requests of an endpoint that goes down are left alone"}, "on-marked-up": {1, "requests on backup servers are left alone"}, "pool-conn-name": {1, ofReuse}, "pool-low-conn": {1, ofReuse},
	"pool-max-conn": {1, ofReuse}, "pool-purge-delay": {1, ofReuse}, "proto": {1, ofProtocol}, "proxy-v2-options": {1, "the PROXY protocol is not spoken"}, "redir": {1, "redirects"}, "renegotiate": {0, ofTLS}, "resolve-net": {1, ofDNS}, "resolve-opts": {1, ofDNS},
	"resolve-prefer": {1, ofDNS}, "resolvers": {1, ofDNS}, "send-proxy": {0, "the PROXY protocol is not spoken"}, "send-proxy-v2": {0, "the PROXY protocol is not spoken"}, "send-proxy-v2-ssl": {0, "the PROXY protocol is not spoken"},
	"send-proxy-v2-ssl-cn": {0, "the PROXY protocol is not spoken"}, "set-proxy-v2-tlv-fmt": {2, "the PROXY protocol is not spoken"}, "shard": {1, ofTables}, "sigalgs": {1, ofTLS}, "sni": {1, ofTLS}, "sni-auto": {0, ofTLS}, "socks4": {1, "SOCKS"}, "source": {1, ofAddress},
	"ssl": {0, ofTLS}, "ssl-max-ver": {1, ofTLS}, "ssl-min-ver": {1, ofTLS}, "ssl-reuse": {0, ofTLS}, "stick": {0, ofTables}, "strict-maxconn": {0, ofReuse}, "tcp-md5sig": {1, ofSockets}, "tcp-ut": {1, ofSockets}, "tfo": {0, ofSockets}, "tls-tickets": {0, ofTLS}, "track": {1, "an endpoint has checks of its own or none"},
	"usesrc": {1, ofAddress}, "verify": {1, ofTLS}, "verifyhost": {1, ofTLS}, "ws": {1, ofProtocol},
}

// directives are all words that a proxy's line may begin with.
func directives() []string {
	words := slices.Clone(handled)
	for w := range unread {
		words = append(words, w)
	}
	slices.Sort(words)
	return words
}

// near says which word was meant, of so many that a list of all would help nobody.
func near(word string, known []string) string {
	slices.Sort(known)
	if nearest := decode.Nearest(word, known); nearest != "" {
		return "did you mean " + nearest + "?"
	}
	if len(known) == 0 {
		return "there is none"
	}
	if len(known) <= 12 {
		return "known: " + strings.Join(known, ", ")
	}
	return "HAProxy knows none that is similar"
}

func keys[T any](m map[string]T) []string {
	var words []string
	for w := range m {
		words = append(words, w)
	}
	return words
}
