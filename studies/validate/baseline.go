package validate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
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

	file string // its own, from whose folder on it names others
}

// Known is a finding of a baseline. The fingerprint is what counts; the rest is for people.
type Known struct {
	Fingerprint string `json:"fingerprint"`
	ID          string `json:"id"`
	File        string `json:"file"`
	Pool        string `json:"pool"`
	Message     string `json:"message"`
}

// identify gives findings their fingerprints.
func identify(findings []Finding) {
	for i, print := range fingerprints(findings, path.Clean) {
		findings[i].Fingerprint = print
	}
}

// fingerprints are of the lint, the file as it is named, the pool and the setting and, where
// several are about one, of their order.
func fingerprints(findings []Finding, named func(file string) string) []string {
	met, all := map[string]int{}, make([]string, len(findings))
	for i := range findings {
		f := &findings[i]
		what := strings.Join([]string{f.ID, named(filepath.ToSlash(f.File)), f.Pool, f.Path}, "\x00")
		met[what]++
		sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", what, met[what]))
		all[i] = hex.EncodeToString(sum[:8])
	}
	return all
}

// named is what a baseline calls a file: its path from the folder of the baseline, however
// it was typed and from where. What is no file of its own has its name.
func (b *Baseline) named(file string) string {
	if _, err := os.Stat(file); err == nil {
		here, err := filepath.Abs(file)
		there, wrong := filepath.Abs(filepath.Dir(b.file))
		if rel, apart := filepath.Rel(there, here); err == nil && wrong == nil && apart == nil {
			return filepath.ToSlash(rel)
		}
	}
	return path.Clean(filepath.ToSlash(file))
}

// BaselineOf returns the findings of reports that comments do not tell to ignore, for a file
// of that name.
func BaselineOf(name string, reports []*Report) *Baseline {
	b := &Baseline{Schema: BaselineSchema, Findings: []Known{}, file: name}
	for _, r := range reports {
		prints := fingerprints(r.Findings, b.named)
		for i := range r.Findings {
			if f := &r.Findings[i]; f.Ignored == "" {
				b.Findings = append(b.Findings, Known{prints[i], f.ID, b.named(f.File), f.Pool, f.Message})
			}
		}
		b.Findings = append(b.Findings, r.unmet(b.named(r.File))...)
	}
	return b
}

// Keep takes over what an older baseline knows of what reports have not looked at, and
// returns how much that is.
func (b *Baseline) Keep(old *Baseline, reports []*Report) (kept int) {
	looked := old.looked(reports)
	for _, k := range old.Findings {
		if !looked(k) {
			b.Findings = append(b.Findings, k)
			kept++
		}
	}
	return kept
}

// looked says of what is known whether reports looked for it: at that file and, of a drill,
// whether there were any.
func (b *Baseline) looked(reports []*Report) func(Known) bool {
	files, drilled := map[string]bool{}, map[string]bool{}
	for _, r := range reports {
		for _, file := range append([]string{r.File}, r.files...) {
			for _, name := range []string{b.named(file), path.Clean(filepath.ToSlash(file))} {
				files[name], drilled[name] = true, drilled[name] || len(r.Drills) > 0
			}
		}
	}
	return func(k Known) bool {
		if k.ID == drillID {
			return drilled[path.Clean(k.File)]
		}
		return files[path.Clean(k.File)]
	}
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
	b.file = name
	return &b, nil
}

// Apply marks the findings of reports that the baseline knows, and returns those that it
// knows, that reports have looked for and that are there no more. It knows files by their
// paths from its own folder, or as they were typed.
func (b *Baseline) Apply(reports []*Report) (mended []Known) {
	known, there := map[string]bool{}, map[string]bool{}
	for _, k := range b.Findings {
		known[k.Fingerprint] = true
	}
	for _, r := range reports {
		file := b.named(r.File)
		for _, k := range append(r.unmet(file), r.unmet(r.File)...) {
			there[k.Fingerprint] = true
		}
		for i, print := range fingerprints(r.Findings, b.named) {
			f := &r.Findings[i]
			f.Known = known[print] || known[f.Fingerprint]
			there[print], there[f.Fingerprint] = true, true
		}
		for i := range r.Drills {
			d := &r.Drills[i]
			d.Known = known[r.DrillFingerprint(d)] || known[fingerprint(drillID, file, d.Pool, d.Name)]
		}
	}
	looked := b.looked(reports)
	for _, k := range b.Findings {
		if !there[k.Fingerprint] && looked(k) {
			mended = append(mended, k)
		}
	}
	return mended
}
