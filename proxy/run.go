package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"lbsim/config"
)

// Service is a proxy with its addresses, from the first configuration to the end.
type Service struct {
	Load   func() (*config.Balancer, error) // reads the configuration
	Log    *slog.Logger
	Reload <-chan os.Signal // each brings a reload
	File   string           // a change of it, or of what it names, brings one too; "": of nothing
	Record Recorder         // of the balancer's calls; nil: none
}

// Run serves until ctx is done, and then until what is under way has ended. The error
// says what kept it from beginning, or what had to be ended.
func (s Service) Run(ctx context.Context) error {
	cfg, err := s.Load()
	if err != nil {
		return err
	}
	access, done, err := openAccessLog(cfg.Proxy.AccessLog)
	if err != nil {
		return err
	}
	defer done()
	p, err := New(cfg, Options{Log: s.Log, Access: access, Recorder: s.Record})
	if err != nil {
		return err
	}
	defer p.Close()
	p.Warm(ctx)
	reload, changed, unwatch, err := s.watch(p)
	if err != nil {
		return fmt.Errorf("watching files: %w", err)
	}
	defer unwatch()
	failed := make(chan error, 2)
	if cfg.Proxy.Admin != nil {
		admin, err := s.serveAdmin(p, cfg.Proxy.Admin, reload, failed)
		if err != nil {
			return err
		}
		defer admin.Close()
	}
	server := p.NewServer()
	defer server.cancel()
	serve, at, err := server.Listen(cfg.Proxy.Listen)
	if err != nil {
		return err
	}
	go func() { failed <- serve() }()
	s.Log.Info("listening", "address", at.String(), "network", at.Network(), "layer", cfg.Layer.String(), "tls", cfg.Proxy.TLS != nil)
	for {
		select {
		case <-s.Reload:
			_ = reload() // it has been said
		case <-changed:
			_ = reload()
		case err := <-failed:
			_ = server.Shutdown()
			return err
		case <-ctx.Done():
			s.Log.Info("stopping", "under way", p.active.Load())
			err := server.Shutdown()
			s.Log.Info("stopped")
			return err
		}
	}
}

// watch returns how to reload, and what says that files have changed.
func (s Service) watch(p *Proxy) (reload func() error, changed <-chan struct{}, unwatch func(), err error) {
	var turn sync.Mutex // so that what was read first is not put in place last
	alone := func() error {
		turn.Lock()
		defer turn.Unlock()
		return s.reload(p)
	}
	if s.File == "" {
		return alone, nil, func() {}, nil
	}
	w, err := newFileWatch(s.Log, s.File, p.settings.Load().files)
	if err != nil {
		return nil, nil, nil, err
	}
	return func() error {
		err := alone()
		if err == nil {
			w.follow(p.settings.Load().files)
		}
		return err
	}, w.changed, w.close, nil
}

// reload reads the configuration anew. A bad one is refused, with all that is wrong, and
// the old one stays.
func (s Service) reload(p *Proxy) error {
	cfg, err := s.Load()
	if err == nil {
		err = p.Reload(cfg)
	}
	if err != nil {
		s.Log.Error("reload refused: the old configuration stays", "errors", strings.Split(err.Error(), "\n"))
		return err
	}
	s.Log.Info("reloaded")
	return nil
}

// openAccessLog opens what a configuration names.
func openAccessLog(name string) (access *slog.Logger, done func(), err error) {
	out, done := os.Stdout, func() {}
	switch name {
	case "":
		return nil, done, nil
	case "stdout":
	case "stderr":
		out = os.Stderr
	default:
		if out, err = os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o640); err != nil {
			return nil, done, fmt.Errorf("access_log: %w", err)
		}
		done = func() { out.Close() }
	}
	return slog.New(slog.NewJSONHandler(out, nil)), done, nil
}

// serveAdmin begins to serve the admin API.
func (s Service) serveAdmin(p *Proxy, a *config.Admin, reload func() error, failed chan<- error) (*http.Server, error) {
	token := ""
	if a.TokenFile != "" {
		text, err := os.ReadFile(a.TokenFile)
		if err != nil {
			return nil, fmt.Errorf("admin.token_file: %w", err)
		}
		if token = string(bytes.TrimSpace(text)); len(token) < 16 {
			return nil, fmt.Errorf("admin.token_file: the token in %s must have 16 characters at least", a.TokenFile)
		}
	}
	listener, err := listenLocally(a.Listen)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: p.Admin(token, reload), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("admin: %w", err)
		}
	}()
	return server, nil
}

// listenLocally listens at a loopback address or on a socket, which nobody but the
// owner of the process may use. A socket that a process left behind is taken over.
func listenLocally(where string) (net.Listener, error) {
	path, isSocket := strings.CutPrefix(where, "unix:")
	if !isSocket {
		return net.Listen("tcp", where)
	}
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
		return nil, fmt.Errorf("admin: somebody listens at %s already", path)
	} else if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		os.Remove(path)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		listener.Close()
		return nil, err
	}
	return listener, nil
}
