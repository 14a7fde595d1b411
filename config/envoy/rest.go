package envoy

import (
	"strings"

	"gopkg.in/yaml.v3"

	"lbsim/config/decode"
	"lbsim/config/foreign"
)

// why is what keys are about that have no meaning here.
var why = map[string]string{
	"access_log":                                "a log changes no decision",
	"idle_timeout":                              "connections are not simulated apart from requests",
	"max_concurrent_streams":                    "connections are not simulated apart from requests",
	"admin":                                     "lbsim proxy has an admin of its own",
	"node":                                      "who this Envoy is changes no decision",
	"transport_socket":                          "TLS is not simulated; the proxy has tls and upstream_tls",
	"transport_socket_matches":                  "TLS is not simulated; the proxy has tls and upstream_tls",
	"per_connection_buffer_limit_bytes":         "buffers are not simulated",
	"dns_lookup_family":                         "names are not looked up",
	"dns_refresh_rate":                          "names are not looked up",
	"respect_dns_ttl":                           "names are not looked up",
	"dns_resolvers":                             "names are not looked up",
	"eds_cluster_config":                        "what it would say comes from elsewhere",
	"dynamic_resources":                         "what it would say comes from elsewhere",
	"layered_runtime":                           "values at run time are those that the file gives",
	"runtime_fraction":                          "values at run time are those that the file gives",
	"stats_config":                              "statistics change no decision",
	"stats_sinks":                               "statistics change no decision",
	"stat_prefix":                               "statistics change no decision",
	"tracing":                                   "a trace changes no decision",
	"overload_manager":                          "Envoy's own load is not simulated",
	"upstream_connection_options":               "connections are not simulated apart from requests",
	"typed_extension_protocol_options":          "the protocol to servers changes no pick",
	"http2_protocol_options":                    "the protocol changes no pick",
	"metadata":                                  "subsets by metadata are not simulated",
	"lb_subset_config":                          "subsets by metadata are not simulated",
	"redirect":                                  "it is answered by Envoy itself",
	"direct_response":                           "it is answered by Envoy itself",
	"typed_per_filter_config":                   "filters are not simulated",
	"http_filters":                              "filters are not simulated but for the router",
	"request_headers_to_add":                    "headers change no pick",
	"response_headers_to_add":                   "headers change no pick",
	"request_headers_to_remove":                 "headers change no pick",
	"response_headers_to_remove":                "headers change no pick",
	"prefix_rewrite":                            "the path that servers see changes no pick",
	"regex_rewrite":                             "the path that servers see changes no pick",
	"host_rewrite_literal":                      "the host that servers see changes no pick",
	"auto_host_rewrite":                         "the host that servers see changes no pick",
	"filter_chain_match":                        "which connections a chain is for",
	"listener_filters":                          "filters are not simulated",
	"connection_pool_per_downstream_connection": "connections are not simulated apart from requests",
	"common_http_protocol_options":              "connections are not simulated apart from requests",
	"cleanup_interval":                          "names are not looked up",
	"use_remote_address":                        "the proxy has http.trusted_proxies",
	"xff_num_trusted_hops":                      "the proxy has http.trusted_proxies",
	"codec_type":                                "the protocol changes no pick",
	"upgrade_configs":                           "the proxy passes upgrades on",
}

// remark lists what is not simulated.
func (r *reading) remark(n *yaml.Node, text, why string) {
	r.cfg.NotSimulated = append(r.cfg.NotSimulated, foreign.Remark{Place: r.place(n), Text: text, Why: why})
}

// forget notes that nothing below v needs to be listed: something has been said of it all.
func (r *reading) forget(v node) {
	if v.n == nil {
		return
	}
	if v.n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(v.n.Content); i += 2 {
			r.used[v.n.Content[i]] = true
			r.forget(node{v.n.Content[i+1], r})
		}
		return
	}
	for _, x := range v.n.Content {
		r.forget(node{x, r})
	}
}

// listRest lists every key below n that nobody has looked at.
func (r *reading) listRest(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		for _, x := range n.Content {
			r.listRest(x)
		}
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, x := n.Content[i], n.Content[i+1]
		switch {
		case r.used[k]:
			r.listRest(x)
		case k.Value != "@type":
			reason, ok := why[snakeKey(k.Value)]
			if !ok {
				reason = "it has no meaning for where a request goes, or none here"
			}
			r.remark(k, oneLine(k, x), reason)
		}
	}
}

// snakeKey is a key as the API's documentation writes it.
func snakeKey(key string) string {
	if strings.Contains(key, "_") {
		return key
	}
	return snake(key)
}

// oneLine is what was written, shortened.
func oneLine(k, x *yaml.Node) string {
	switch x.Kind {
	case yaml.MappingNode:
		return k.Value + ": {…}"
	case yaml.SequenceNode:
		return k.Value + ": […]"
	}
	text := []rune(k.Value + ": " + strings.ReplaceAll(x.Value, "\n", " "))
	if len(text) > 80 {
		text = append(text[:79], '…')
	}
	return string(text)
}

// remarkAt lists what is not simulated of what was written somewhere else.
func (r *reading) remarkAt(at decode.Place, text, why string) {
	r.cfg.NotSimulated = append(r.cfg.NotSimulated, foreign.Remark{Place: at, Text: text, Why: why})
}
