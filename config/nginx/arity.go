package nginx

import (
	"fmt"
	"slices"
	"strings"
)

// arity is how many arguments a directive takes.
type arity struct{ least, most int }

// anyNumber is of arguments.
const anyNumber = maxArguments

// arities are those of the directives of which something is made, by name.
//
// Source: the NGX_CONF_TAKE flags of the modules' tables of commands.
var arities = readArities()

func readArities() map[string]arity {
	all := map[string]arity{"proxy_timeout": {1, 1}, "server_name": {1, anyNumber}, "listen": {1, anyNumber}, "upstream": {1, 1},
		"least_conn": {0, 0}, "ip_hash": {0, 0}, "hash": {1, 2}, "random": {0, 2}, "zone": {1, 2}, "queue": {1, 2},
		"keepalive_timeout": {1, 2}, "client_header_timeout": {1, 1}, "client_body_timeout": {1, 1}, "send_timeout": {1, 1},
		"client_max_body_size": {1, 1}, "worker_processes": {1, 1}, "worker_connections": {1, 1}, "internal": {0, 0},
		"limit_req": {1, 4}, "limit_req_zone": {3, 4}, "limit_conn": {2, 2}, "limit_conn_zone": {2, 2}, "mirror": {1, 1},
		"set": {2, 2}, "map": {2, 2}, "split_clients": {2, 2}, "try_files": {2, anyNumber}, "proxy_http_version": {1, 1},
		"proxy_set_header": {2, 2}, "root": {1, 1}, "alias": {1, 1}, "return": {1, 2}, "events": {0, 0}, "http": {0, 0}, "stream": {0, 0}}
	for pass, module := range passes {
		all[pass] = arity{1, 1}
		for _, own := range []string{"_connect_timeout", "_read_timeout", "_send_timeout", "_next_upstream_tries", "_next_upstream_timeout"} {
			all[module+own] = arity{1, 1}
		}
		all[module+"_next_upstream"] = arity{1, anyNumber}
	}
	return all
}

// counted reports a directive with more or fewer arguments than it takes: where a ; is missing
// what follows are arguments too.
func (r *reader) counted(d *directive) {
	takes, known := arities[d.name]
	n := len(d.args)
	if !known || takes.least <= n && n <= takes.most {
		return
	}
	number := fmt.Sprint(takes.least)
	switch {
	case takes.most == anyNumber:
		number += " or more"
	case takes.most > takes.least:
		number += fmt.Sprintf(" to %d", takes.most)
	}
	hint := ""
	if n > takes.most {
		if i := slices.IndexFunc(d.args, func(word string) bool { return strings.Contains(word, "_") && isKnown(word) }); i >= 0 {
			hint = fmt.Sprintf(": is a ; missing before %s?", d.args[i])
		}
	}
	r.wrong(d, `invalid number of arguments in "%s" directive: it takes %s, and there are %d%s`, d.name, number, n, hint)
}
