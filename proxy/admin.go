package proxy

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"lbsim/balancer"
)

// PoolState is what is known of a pool.
type PoolState struct {
	Name      string        `json:"name"`
	Algorithm string        `json:"algorithm"`
	Servers   []ServerState `json:"servers"`
}

// State returns what is known of the pools and their servers.
func (p *Proxy) State() []PoolState {
	s := p.settings.Load()
	all := make([]PoolState, len(s.balancer.Pools))
	for i, pool := range s.balancer.Pools {
		all[i] = PoolState{Name: pool.Name, Algorithm: pool.Algorithm.String(), Servers: p.guard.servers(balancer.PoolID(i))}
	}
	return all
}

// Admin returns the handler by which a proxy is looked at and told things. A caller must
// know the token, unless it is empty. reload reads the configuration anew.
//
//	GET  /servers                        what is known of pools and servers
//	POST /servers/POOL/SERVER/drain      no new work for it
//	POST /servers/POOL/SERVER/enable     work again
//	POST /servers/POOL/SERVER/weight?to=2   until the next reload
//	GET  /health                         200 while every pool has a ready server, else 503
//	GET  /config                         the configuration with every default
//	POST /reload                         as SIGHUP
//	GET  /metrics                        for Prometheus
func (p *Proxy) Admin(token string, reload func() error) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /servers", func(w http.ResponseWriter, _ *http.Request) {
		show(w, http.StatusOK, map[string]any{"pools": p.State()})
	})
	change := func(action string, do func(r *http.Request, pool, server string) error) {
		mux.HandleFunc("POST /servers/{pool}/{server}/"+action, func(w http.ResponseWriter, r *http.Request) {
			if err := do(r, r.PathValue("pool"), r.PathValue("server")); err != nil {
				show(w, http.StatusBadRequest, map[string]any{"error": err.Error()})
				return
			}
			p.log.Info("admin", "action", action, "pool", r.PathValue("pool"), "server", r.PathValue("server"))
			show(w, http.StatusOK, map[string]any{"pools": p.State()})
		})
	}
	change("drain", func(_ *http.Request, pool, server string) error { return p.Drain(pool, server) })
	change("enable", func(_ *http.Request, pool, server string) error { return p.Enable(pool, server) })
	change("weight", func(r *http.Request, pool, server string) error {
		weight, err := strconv.ParseFloat(r.FormValue("to"), 64)
		if err != nil || !(weight > 0) || weight > 1e6 || math.IsNaN(weight) {
			return fmt.Errorf("to = %q: must be a weight, > 0 and <= 1000000", r.FormValue("to"))
		}
		return p.guard.weigh(pool, server, weight)
	})
	mux.HandleFunc("GET /health", p.health)
	mux.HandleFunc("GET /config", func(w http.ResponseWriter, _ *http.Request) {
		show(w, http.StatusOK, p.settings.Load().file.Document())
	})
	mux.HandleFunc("POST /reload", func(w http.ResponseWriter, _ *http.Request) {
		if err := reload(); err != nil {
			show(w, http.StatusBadRequest, map[string]any{"error": err.Error()})
			return
		}
		show(w, http.StatusOK, map[string]any{"pools": p.State()})
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(p.metrics.registry, promhttp.HandlerOpts{}))
	return guarded(mux, token)
}

// health says whether the proxy should get traffic.
func (p *Proxy) health(w http.ResponseWriter, _ *http.Request) {
	status, ready := http.StatusOK, map[string]int{}
	if !p.ready.Load() {
		status = http.StatusServiceUnavailable
	}
	for _, pool := range p.State() {
		ready[pool.Name] = 0
		for _, s := range pool.Servers {
			if s.Ready {
				ready[pool.Name]++
			}
		}
		if ready[pool.Name] == 0 {
			status = http.StatusServiceUnavailable
		}
	}
	show(w, status, map[string]any{"ready": ready, "draining": !p.ready.Load()})
}

// guarded lets only those in who know the token, which a page in a browser does not.
func guarded(next http.Handler, token string) http.Handler {
	if token == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			show(w, http.StatusUnauthorized, map[string]any{"error": "the token is missing or wrong: send Authorization: Bearer and what token_file holds"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func show(w http.ResponseWriter, status int, x any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(x) // a client that has gone
}
