package nginx

import "strings"

// reasons say what a directive is about that has no meaning for balancing; of several
// beginnings that match the longest counts.
var reasons = []struct{ begins, why string }{
	{"access_log", "logging"}, {"error_log", "logging"}, {"log_", "logging"}, {"rewrite_log", "logging"}, {"open_log", "logging"},
	{"ssl_preread", "reading the name that a client of TLS asks for"},
	{"ssl", "TLS with clients, which takes no time here"}, {"acme", "certificates"},
	{"proxy_ssl", "TLS with servers, which takes no time here"}, {"grpc_ssl", "TLS with servers, which takes no time here"},
	{"uwsgi_ssl", "TLS with servers, which takes no time here"},
	{"gzip", "compression"}, {"gunzip", "compression"}, {"brotli", "compression"}, {"zstd", "compression"},
	{"proxy_cache", "a cache of answers: every request goes to a server here"},
	{"fastcgi_cache", "a cache of answers: every request goes to a server here"},
	{"uwsgi_cache", "a cache of answers: every request goes to a server here"},
	{"scgi_cache", "a cache of answers: every request goes to a server here"},
	{"proxy_no_cache", "a cache of answers: every request goes to a server here"},
	{"proxy_store", "a copy of answers on disk"},
	{"proxy_set_header", "what servers are told of a request"}, {"grpc_set_header", "what servers are told of a request"},
	{"fastcgi_param", "what servers are told of a request"}, {"uwsgi_param", "what servers are told of a request"},
	{"scgi_param", "what servers are told of a request"}, {"fastcgi_index", "what servers are told of a request"},
	{"fastcgi_split_path_info", "what servers are told of a request"}, {"proxy_http_version", "what servers are told of a request"},
	{"proxy_send_timeout", "a time-out between two writes to a server"}, {"fastcgi_send_timeout", "a time-out between two writes to a server"},
	{"uwsgi_send_timeout", "a time-out between two writes to a server"}, {"grpc_send_timeout", "a time-out between two writes to a server"},
	{"proxy_timeout", "how long a connection may be idle: lbsim has one, that of the first server (timeouts.idle)"},
	{"proxy_next_upstream_timeout", "a bound on the time of all attempts together, which lbsim has not"},
	{"mirror_request_body", "copies, which have their body here"}, {"if", "a condition on something that is not simulated"},
	{"proxy_responses", "how many answers a datagram has"}, {"proxy_requests", "how many datagrams a client sends"},
	{"slice", "a cache of answers: every request goes to a server here"}, {"fastcgi_no_cache", "a cache of answers: every request goes to a server here"},
	{"proxy_pass", "where requests go that no route has"}, {"fastcgi_pass", "where requests go that no route has"},
	{"grpc_pass", "where requests go that no route has"}, {"uwsgi_pass", "where requests go that no route has"}, {"scgi_pass", "where requests go that no route has"},
	{"proxy_pass_request", "what servers are told of a request"}, {"fastcgi_pass_header", "changing answers"},
	{"proxy_redirect", "changing answers"}, {"proxy_cookie", "changing answers"}, {"proxy_hide_header", "changing answers"},
	{"proxy_pass_header", "changing answers"}, {"proxy_ignore_headers", "changing answers"}, {"add_header", "changing answers"},
	{"add_trailer", "changing answers"}, {"sub_filter", "changing answers"}, {"more_", "changing headers"}, {"expires", "changing answers"},
	{"etag", "changing answers"}, {"charset", "changing answers"}, {"default_type", "what answers say of themselves"},
	{"types", "what answers say of themselves"}, {"server_tokens", "what answers say of themselves"},
	{"proxy_buffer", "buffers"}, {"proxy_busy", "buffers"}, {"proxy_max_temp", "buffers"}, {"proxy_temp", "buffers"},
	{"fastcgi_buffer", "buffers"}, {"uwsgi_buffer", "buffers"}, {"proxy_request_buffering", "buffers"}, {"client_body_buffer", "buffers"},
	{"client_header_buffer", "buffers"}, {"output_buffers", "buffers"}, {"postpone_output", "buffers"}, {"client_body_temp", "buffers"},
	{"subrequest_output", "buffers"}, {"fastcgi_busy", "buffers"},
	{"keepalive", "connections that are kept: opening one takes no time here"},
	{"proxy_socket", "sockets"}, {"tcp_", "sockets"}, {"sendfile", "sockets"}, {"reset_timedout", "sockets"}, {"lingering", "sockets"},
	{"proxy_bind", "from which address servers are asked"},
	{"root", "files that nginx serves itself"}, {"alias", "files that nginx serves itself"}, {"index", "files that nginx serves itself"},
	{"autoindex", "files that nginx serves itself"}, {"open_file_cache", "files that nginx serves itself"}, {"aio", "files that nginx serves itself"},
	{"try_files", "files that nginx serves itself"}, {"directio", "files that nginx serves itself"}, {"disable_symlinks", "files that nginx serves itself"},
	{"return", "an answer of nginx's own"}, {"error_page", "an answer of nginx's own"}, {"stub_status", "an answer of nginx's own"},
	{"empty_gif", "an answer of nginx's own"}, {"recursive_error_pages", "an answer of nginx's own"},
	{"proxy_intercept_errors", "an answer of nginx's own"}, {"fastcgi_intercept_errors", "an answer of nginx's own"},
	{"rewrite", "another path for the request: it is taken as it comes"}, {"merge_slashes", "another path for the request"},
	{"auth_request", "a request of its own to another location, whose load is not counted here"},
	{"allow", "who may ask at all"}, {"deny", "who may ask at all"}, {"auth_", "who may ask at all"}, {"satisfy", "who may ask at all"},
	{"valid_referers", "who may ask at all"}, {"secure_link", "who may ask at all"}, {"modsecurity", "who may ask at all"},
	{"geo", "a variable, which chooses no upstream here"}, {"map", "a variable, which chooses no upstream here"},
	{"set", "a variable, which chooses no upstream here"}, {"split_clients", "a variable, which chooses no upstream here"},
	{"perl", "code"}, {"js_", "code"}, {"lua_", "code"}, {"init_by_lua", "code"}, {"init_worker_by_lua", "code"},
	{"balancer_by_lua", "code that chooses the server, which can't be read: NGINX's own rule is taken"},
	{"fair", "a rule of a module that is not known here: round robin is taken"},
	{"real_ip", "who a client is behind another proxy"}, {"set_real_ip", "who a client is behind another proxy"},
	{"resolver", "names: an address is taken as it is written"},
	{"limit_req", "a bound on rates that holds nothing here"}, {"limit_conn", "a bound on the requests under way of each client or server: lbsim has one for a pool (limits.requests)"},
	{"limit_rate", "how fast an answer goes out"}, {"proxy_limit_rate", "how fast an answer comes in"},
	{"client_body_timeout", "a time-out between two reads of a client's body"}, {"send_timeout", "a time-out between two writes to a client"},
	{"http2", "how clients are spoken to"}, {"http3", "how clients are spoken to"}, {"quic", "how clients are spoken to"},
	{"large_client_header_buffers", "how long headers may be"}, {"chunked", "how clients are spoken to"},
	{"underscores_in_headers", "how clients are spoken to"}, {"ignore_invalid_headers", "how clients are spoken to"},
	{"user", "the process"}, {"pid", "the process"}, {"daemon", "the process"}, {"master_process", "the process"}, {"worker_", "the process"},
	{"events", "the process"}, {"multi_accept", "the process"}, {"use", "the process"}, {"env", "the process"}, {"load_module", "the process"},
	{"thread_pool", "the process"}, {"pcre_jit", "the process"}, {"lock_file", "the process"}, {"timer_resolution", "the process"},
	{"accept_mutex", "the process"}, {"debug_", "the process"}, {"variables_hash", "the process"}, {"server_names_hash", "the process"},
	{"types_hash", "the process"}, {"map_hash", "the process"}, {"proxy_headers_hash", "the process"},
	{"zone", "memory that workers share"}, {"sticky", "a way to keep clients on their server that lbsim has not"},
	{"internal", "who may ask at all"}, {"mail", "mail, which is not balanced here"}, {"rtmp", "streams of video"},
	{"status_zone", "statistics"}, {"vhost_traffic", "statistics"}, {"opentracing", "tracing"}, {"opentelemetry", "tracing"}, {"otel", "tracing"},
	{"state", "servers that are kept in a file, which is not read"},
}

// reason says what a directive is about that is not simulated.
func reason(name string) string {
	best, why := 0, ""
	for _, r := range reasons {
		if strings.HasPrefix(name, r.begins) && len(r.begins) > best {
			best, why = len(r.begins), r.why
		}
	}
	if why != "" {
		return why
	}
	for _, module := range passes { // what is said of one of them holds for all
		if rest, ok := strings.CutPrefix(name, module+"_"); ok && module != "proxy" {
			return reason("proxy_" + rest)
		}
	}
	if of := known[name]; of != "" && of != "nginx" {
		return "of " + of + ": nothing of it is simulated"
	}
	return "no part of balancing"
}
