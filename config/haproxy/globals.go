package haproxy

import "strings"

// globals are the directives of the section global. None but those that set variables has
// a meaning here.
var globals = strings.Fields(`
	51degrees-cache-size 51degrees-data-file 51degrees-property-name-list 51degrees-property-separator acme.scheduler anonkey busy-polling ca-base chroot close-spread-time cluster-secret cpu-map
	cpu-policy cpu-set crt-base daemon debug default-path description deviceatlas-json-file dns-accept-family expose-deprecated-directives expose-experimental-directives expose-fd external-check
	fd-hard-limit force-cfg-parser-pause gid grace group h1-accept-payload-with-any-method h1-case-adjust h1-case-adjust-file h1-do-not-close-on-insecure-transfer-encoding h2-workaround-bogus-websocket-clients
	hard-stop-after harden.reject-privileged-ports.quic harden.reject-privileged-ports.tcp http-err-codes http-fail-codes httpclient.resolvers.disabled httpclient.resolvers.id httpclient.resolvers.prefer
	httpclient.retries httpclient.ssl.ca-file httpclient.ssl.verify httpclient.timeout.connect insecure-fork-wanted insecure-setuid-wanted issuers-chain-path key-base limited-quic localpeer log log-send-hostname
	log-tag lua-load lua-load-per-thread lua-prepend-path master-worker max-spread-checks maxcompcpuusage maxcomprate maxconn maxconnrate maxpipes maxsessrate maxsslconn maxsslrate maxzlibmem mworker-max-reloads
	nbproc nbthread no no-memory-trimming no-quic node noepoll noevports noexit nogetaddrinfo nokqueue nopoll noreuseport nosplice nosslv3 numa-cpu-mapping ocsp-update.disable ocsp-update.httpproxy
	ocsp-update.maxdelay ocsp-update.mindelay ocsp-update.mode pidfile pp2-never-send-local prealloc-fd presetenv profiling.memory profiling.tasks quiet resetenv server-state-base server-state-file set-dumpable
	set-var set-var-fmt setcap setenv shm-stats-file shm-stats-file-max-objects spread-checks ssl-default-bind-ciphers ssl-default-bind-ciphersuites ssl-default-bind-client-sigalgs ssl-default-bind-curves
	ssl-default-bind-options ssl-default-bind-sigalgs ssl-default-server-ciphers ssl-default-server-ciphersuites ssl-default-server-client-sigalgs ssl-default-server-curves ssl-default-server-options
	ssl-default-server-sigalgs ssl-dh-param-file ssl-engine ssl-load-extra-del-ext ssl-load-extra-files ssl-mode-async ssl-propquery ssl-provider ssl-provider-path ssl-security-level ssl-server-verify
	ssl-skip-self-issued-ca stats stats-file strict-limits thread-group thread-groups thread-hard-limit uid ulimit-n unix-bind unsetenv user warn-blocked-traffic-after wurfl-cache-size wurfl-data-file
	wurfl-information-list wurfl-information-list-separator zero-warning`)

// globalWhy says why a directive of global has no meaning here.
func globalWhy(word string) string {
	switch {
	case word == "maxconn" || strings.HasPrefix(word, "max") && word != "max-spread-checks":
		return ofLimits
	case word == "spread-checks" || word == "max-spread-checks":
		return "checks are not moved in time: health.active.jitter does something similar"
	case strings.HasPrefix(word, "ssl-") || word == "ca-base" || word == "crt-base" || word == "key-base" || strings.HasPrefix(word, "ocsp"):
		return ofTLS
	case strings.HasPrefix(word, "log"):
		return logging
	case word == "stats" || strings.HasPrefix(word, "stats-"):
		return ofStats
	case word == "nbthread" || word == "nbproc" || strings.HasPrefix(word, "thread") || strings.HasPrefix(word, "cpu"):
		return "one balancer that sees everything; several: frontends"
	}
	return "a property of the process"
}

// global lists what the section says.
func (r *reading) global(s *section) {
	s.head.used = true
	for _, l := range s.lines {
		word := l.arg(0)
		switch {
		case l.used:
		case strings.HasPrefix(word, "tune.") || contains(globals, word):
			r.remark(l, globalWhy(word))
		default:
			r.fail(l.at, "%s is no directive of global: %s", quoted(word), near(word, globals))
		}
	}
}
