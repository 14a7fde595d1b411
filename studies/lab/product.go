package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"text/template"
	"time"

	"lbsim/sim"
)

// product is a balancer that others make, as a process of its own.
type product struct {
	kind    *kind
	listen  string
	dir     string
	command *exec.Cmd
	said    *tail
	ended   chan struct{} // closed when the process has
}

// newProduct starts a product with a configuration of the scenario, or one's own.
func newProduct(ctx context.Context, name, own string, t *trial, addresses map[string]string) (*product, error) {
	k, err := kindOf(name)
	if err != nil {
		return nil, err
	}
	p := &product{kind: k, said: &tail{}, ended: make(chan struct{})}
	if p.listen, err = freeAddress(); err != nil {
		return nil, err
	}
	if p.dir, err = os.MkdirTemp("", "lbsim-lab-"); err != nil {
		return nil, err
	}
	if err := p.start(ctx, own, t, addresses); err != nil {
		return nil, errors.Join(err, os.RemoveAll(p.dir))
	}
	return p, nil
}

func (p *product) start(ctx context.Context, own string, t *trial, addresses map[string]string) error {
	file := filepath.Join(p.dir, p.kind.file)
	text, err := p.configuration(own, t, addresses)
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		return err
	}
	p.command = exec.Command(p.kind.name, p.kind.command(file, p.dir)...)
	p.command.Stdout, p.command.Stderr, p.command.Dir = p.said, p.said, p.dir
	p.command.Env = append(os.Environ(), "HOME="+p.dir, "XDG_DATA_HOME="+p.dir, "XDG_CONFIG_HOME="+p.dir)
	if err := p.command.Start(); err != nil {
		return err
	}
	go func() {
		_ = p.command.Wait() // what it says of itself is in said
		close(p.ended)
	}()
	if err := p.listening(ctx); err != nil {
		return errors.Join(err, p.stop())
	}
	return nil
}

// startTime is how long a product may take until it listens.
const startTime = 10 * time.Second

// listening waits until somebody accepts connections, by trying.
func (p *product) listening(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	every := time.NewTicker(10 * time.Millisecond)
	defer every.Stop()
	for {
		if c, err := net.Dial("tcp", p.listen); err == nil {
			return c.Close()
		}
		select {
		case <-every.C:
		case <-p.ended:
			return fmt.Errorf("%s ended: %s", p.kind.title, p.said)
		case <-ctx.Done():
			return fmt.Errorf("%s does not listen: %w: %s", p.kind.title, ctx.Err(), p.said)
		}
	}
}

// slots is what a configuration may name of a run.
type slots struct {
	Method     string
	Consistent bool
	Servers    []slot
	Attempts   int // of a request, where there are retries
	Retries    int
	Health     *checking
}

type slot struct {
	Name, Address string
	Weight        int
}

type checking struct {
	Path               string
	Interval, Timeout  int64 // milliseconds
	Healthy, Unhealthy int
}

// configuration fills a file's places in: {{listen}}, {{dir}} and {{address "api-1"}}.
func (p *product) configuration(own string, t *trial, addresses map[string]string) ([]byte, error) {
	text, err := configs.ReadFile("configs/" + p.kind.file)
	if own != "" {
		text, err = os.ReadFile(own)
	}
	if err != nil {
		return nil, err
	}
	form, err := template.New(p.kind.file).Funcs(template.FuncMap{
		"listen": func() string { return p.listen },
		"dir":    func() string { return p.dir },
		"address": func(server string) (string, error) {
			if a, ok := addresses[server]; ok {
				return a, nil
			}
			return "", fmt.Errorf("there is no server %s", server)
		},
	}).Parse(string(text))
	var out bytes.Buffer
	if err == nil {
		err = form.Execute(&out, p.slots(t, addresses))
	}
	if err != nil {
		return nil, fmt.Errorf("the configuration: %w", err)
	}
	return out.Bytes(), nil
}

func (p *product) slots(t *trial, addresses map[string]string) slots {
	pool := t.scenario.Balancer.Pool
	askHere(&pool)
	s := slots{Method: p.kind.methods[t.choice.Spec.Name], Consistent: t.choice.Spec.Name == "ring_hash"}
	for i := range t.model.Servers {
		m := &t.model.Servers[i]
		s.Servers = append(s.Servers, slot{m.Name, addresses[m.Name], int(m.Weight)})
	}
	if r := t.model.Balancer.Pools[0].Retries; r != nil && r.Attempts > 1 {
		s.Attempts, s.Retries = r.Attempts, r.Attempts-1
	}
	if pool.Health != nil && pool.Health.Active != nil {
		h := pool.Health.Active
		s.Health = &checking{h.Path, h.Interval.Milliseconds(), h.Timeout.Milliseconds(), h.Healthy, h.Unhealthy}
	}
	return s
}

func (p *product) address() string { return p.listen }

// do implements middle: a product is told nothing.
func (p *product) do(context.Context, int, *sim.Act) error { return nil }

func (p *product) close() error { return errors.Join(p.stop(), os.RemoveAll(p.dir)) }

// stop ends the process, and kills it where it does not.
func (p *product) stop() error {
	_ = p.command.Process.Signal(syscall.SIGTERM) // one that has ended
	select {
	case <-p.ended:
		return nil
	case <-time.After(3 * time.Second):
		_ = p.command.Process.Kill()
		<-p.ended
		return nil
	}
}

// freeAddress finds an address at which nobody listens.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", loopback)
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// tail keeps the end of what a process says.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// mostSaid is how much of it is kept.
const mostSaid = 2000

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if over := len(t.text) - mostSaid; over > 0 {
		t.text = t.text[over:]
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
