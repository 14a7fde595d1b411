// Package firewall inspects requests by the rules of a web application firewall, with Coraza,
// which reads ModSecurity's language, and the OWASP core rule set where it is wanted. It
// looks at requests alone: answers stream past it.
package firewall

import (
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"strings"

	"github.com/corazawaf/coraza-coreruleset/v4"
	"github.com/corazawaf/coraza/v3"
	"github.com/corazawaf/coraza/v3/types"

	"lbsim/config"
)

// Firewall is a set of rules, for any number of goroutines.
type Firewall struct {
	waf  coraza.WAF
	body bool // whether bodies are inspected
	grpc bool // but those of calls of gRPC
}

// Verdict is what rules say of a request. The zero one lets it pass.
type Verdict struct {
	Rule     int    // that decided; 0: none
	Status   int    // to answer with; 0: it passes
	Location string // of a redirect
	Detected int    // the rule that would have decided, where it may not; 0: none
}

// The core rule set, up to and after where it may be tuned.
const (
	setup = "Include @coraza.conf-recommended\nInclude @crs-setup.conf.example\n"
	core  = "Include @owasp_crs/*.conf\n"
)

// New returns the firewall of a configuration; rules is the text of its file. grpc says that
// servers speak HTTP/2, so that there may be calls of gRPC. What rules find is written to log.
func New(c *config.WAF, rules string, grpc bool, log *slog.Logger) (*Firewall, error) {
	var text strings.Builder
	if c.CoreRuleSet != nil {
		text.WriteString(setup)
		fmt.Fprintf(&text, "SecAction \"id:900000,phase:1,pass,t:none,nolog,setvar:tx.blocking_paranoia_level=%d\"\n", c.CoreRuleSet.Paranoia)
		fmt.Fprintf(&text, "SecAction \"id:900110,phase:1,pass,t:none,nolog,setvar:tx.inbound_anomaly_score_threshold=%d\"\n", c.CoreRuleSet.Threshold)
		text.WriteString(core)
	}
	text.WriteString(rules)
	engine := map[config.WAFMode]string{config.Block: "On", config.Detect: "DetectionOnly"}[c.Mode]
	body := map[bool]string{true: "On", false: "Off"}[c.Body > 0]
	limit := max(int(c.Body), 1)
	fmt.Fprintf(&text, "\nSecRuleEngine %s\nSecAuditEngine Off\nSecResponseBodyAccess Off\nSecRequestBodyAccess %s\nSecRequestBodyLimit %d\nSecRequestBodyInMemoryLimit %d\nSecRequestBodyLimitAction ProcessPartial\n",
		engine, body, limit, limit)
	waf, err := coraza.NewWAF(coraza.NewWAFConfig().WithRootFS(files{}).WithDirectives(text.String()).WithErrorCallback(func(m types.MatchedRule) {
		log.Warn("firewall", "rule", m.Rule().ID(), "message", m.Message(), "client", m.ClientIPAddress(), "uri", m.URI(), "refuses", m.Disruptive())
	}))
	if err != nil {
		return nil, fmt.Errorf("the rules: %w", err)
	}
	return &Firewall{waf, c.Body > 0, grpc}, nil
}

// files is the core rule set, whose names begin with @, and the files of the system.
type files struct{}

// Open implements fs.FS.
func (files) Open(name string) (fs.File, error) {
	if i := strings.IndexByte(name, '@'); i >= 0 {
		return coreruleset.FS.Open(name[i:])
	}
	return os.Open(name)
}

// Inspect says what becomes of a request. It may read a part of the body, which r then has
// from its beginning all the same, until release is called. The error is that of reading it.
func (f *Firewall) Inspect(r *http.Request, client netip.Addr) (v Verdict, release func(), err error) {
	tx := f.waf.NewTransaction()
	release = func() { _ = tx.Close() } // of temporary files, which there are none of
	body, err := f.process(tx, r, client)
	if body != nil {
		r.Body = replaced{body, r.Body}
	}
	tx.ProcessLogging()
	it := tx.Interruption()
	if it == nil {
		if d, ok := tx.(detecting); ok && d.DetectionOnlyInterruption() != nil {
			v.Detected = d.DetectionOnlyInterruption().RuleID
		}
		return v, release, err
	}
	v = Verdict{Rule: it.RuleID, Status: it.Status}
	switch {
	case it.Action == "redirect":
		v.Location = it.Data
		if v.Status < 300 || v.Status > 399 {
			v.Status = http.StatusFound
		}
	case v.Status < 400:
		v.Status = http.StatusForbidden
	}
	return v, release, err
}

// detecting is a transaction that knows what would have been done about a request.
type detecting interface {
	DetectionOnlyInterruption() *types.Interruption
}

// process puts a request before the rules, up to the first that decides. It returns the
// body with what has been read of it, if any has.
func (f *Firewall) process(tx types.Transaction, r *http.Request, client netip.Addr) (io.Reader, error) {
	tx.ProcessConnection(client.String(), 0, "", 0)
	tx.ProcessURI(r.URL.String(), r.Method, r.Proto)
	for name, values := range r.Header {
		for _, value := range values {
			tx.AddRequestHeader(name, value)
		}
	}
	tx.AddRequestHeader("Host", r.Host) // net/http keeps it elsewhere, and the next
	tx.SetServerName(r.Host)
	for _, coding := range r.TransferEncoding {
		tx.AddRequestHeader("Transfer-Encoding", coding)
	}
	if tx.ProcessRequestHeaders() != nil {
		return nil, nil
	}
	var body io.Reader
	if f.body && r.ContentLength != 0 && !f.streams(r) {
		if _, _, err := tx.ReadRequestBodyFrom(r.Body); err != nil {
			return nil, err
		}
		read, err := tx.RequestBodyReader()
		if err != nil {
			return nil, err
		}
		body = io.MultiReader(read, r.Body)
	}
	_, err := tx.ProcessRequestBody()
	return body, err
}

// streams reports whether a request's body may go on while it is answered, so that nobody
// may wait for it: that of a call of gRPC. No other header may say so, or whoever has
// something to hide would send it.
func (f *Firewall) streams(r *http.Request) bool {
	return f.grpc && r.ProtoMajor == 2 && strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc")
}

// replaced is a body some of which was read already.
type replaced struct {
	io.Reader
	io.Closer
}
