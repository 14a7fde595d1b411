package validate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"

	"lbsim/config/decode"
)

// BaselineSchema names the contract of a baseline.
const BaselineSchema = "lbsim.baseline/v1"

// Baseline is findings that were there before and are not to fail a check: what makes it
// possible to begin with an old configuration.
type Baseline struct {
	Schema   string  `json:"schema"`
	Findings []Known `json:"findings"`
}

// Known is a finding of a baseline. The fingerprint is what counts; the rest is for people.
type Known struct {
	Fingerprint string `json:"fingerprint"`
	ID          string `json:"id"`
	File        string `json:"file"`
	Pool        string `json:"pool"`
	Message     string `json:"message"`
}

// identify gives findings their fingerprints: of the lint, the file, the pool and the setting
// and, where several are about one, of their order.
func identify(findings []Finding) {
	met := map[string]int{}
	for i := range findings {
		f := &findings[i]
		what := strings.Join([]string{f.ID, path.Clean(filepath.ToSlash(f.File)), f.Pool, f.Path}, "\x00")
		met[what]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", what, met[what]))
		f.Fingerprint = hex.EncodeToString(sum[:8])
	}
}

// BaselineOf returns the findings of reports that comments do not tell to ignore.
func BaselineOf(reports []*Report) *Baseline {
	b := &Baseline{Schema: BaselineSchema, Findings: []Known{}}
	for _, r := range reports {
		for i := range r.Findings {
			if f := &r.Findings[i]; f.Ignored == "" {
				b.Findings = append(b.Findings, Known{f.Fingerprint, f.ID, f.File, f.Pool, f.Message})
			}
		}
		b.Findings = append(b.Findings, r.unmet()...)
	}
	return b
}

// ReadBaseline reads what a baseline wrote. The error is a decode.Problems.
func ReadBaseline(name string, r io.Reader) (*Baseline, error) {
	fail := func(rule string) (*Baseline, error) {
		return nil, decode.Problems{{Place: decode.Place{File: name}, Rule: rule}}
	}
	var b Baseline
	decoder := json.NewDecoder(r)
	if err := decoder.Decode(&b); err != nil {
		return fail("is no baseline: " + err.Error())
	}
	if b.Schema != BaselineSchema {
		return fail(fmt.Sprintf("is no baseline: its schema must be %s, not %q", BaselineSchema, b.Schema))
	}
	return &b, nil
}

// Apply marks the findings of reports that the baseline knows, and returns those that it
// knows and that are there no more.
func (b *Baseline) Apply(reports []*Report) (mended []Known) {
	there, drilled := map[string]bool{}, false
	for _, r := range reports {
		drilled = drilled || len(r.Drills) > 0
		for _, k := range r.unmet() {
			there[k.Fingerprint] = true
		}
		for i := range r.Findings {
			there[r.Findings[i].Fingerprint] = true
		}
	}
	known := map[string]bool{}
	for _, k := range b.Findings {
		known[k.Fingerprint] = true
		if !there[k.Fingerprint] && (k.ID != drillID || drilled) {
			mended = append(mended, k)
		}
	}
	for _, r := range reports {
		for i := range r.Findings {
			f := &r.Findings[i]
			f.Known = known[f.Fingerprint]
		}
		for i := range r.Drills {
			r.Drills[i].Known = known[r.DrillFingerprint(&r.Drills[i])]
		}
	}
	return mended
}
