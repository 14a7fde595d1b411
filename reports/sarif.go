package reports

import (
	"io"
	"net/url"
	"path"
	"path/filepath"

	"lbsim/studies/validate"
)

// SARIF 2.1.0 (OASIS), as far as it is used here.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string             `json:"id"`
		Name    string             `json:"name"`
		Short   sarifMessage       `json:"shortDescription"`
		Full    sarifMessage       `json:"fullDescription"`
		Help    sarifMessage       `json:"help"`
		Default sarifConfiguration `json:"defaultConfiguration"`
	}
	sarifConfiguration struct {
		Level string `json:"level"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifMessage       `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Baseline     string             `json:"baselineState,omitempty"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
)

const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// sarifLevels are severities in SARIF's words.
var sarifLevels = map[validate.Severity]string{validate.Error: "error", validate.Warning: "warning", validate.Info: "note"}

// WriteSARIF writes findings as SARIF 2.1.0: the rules are the lints and one for drills, what comments tell to
// ignore is suppressed, and what a baseline knows is unchanged. version is lbsim's.
func WriteSARIF(w io.Writer, all []*validate.Report, version string) error {
	run := sarifRun{Tool: sarifTool{Driver: sarifDriver{Name: "lbsim", Version: version}}, ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	index := map[string]int{}
	for i, l := range validate.Lints() {
		index[l.ID] = i
		help := "Instead: " + l.Instead + ". lbsim lints --explain " + l.ID + " says more."
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{ID: l.ID, Name: l.Name, Short: sarifMessage{l.Title}, Full: sarifMessage{l.Why},
			Help: sarifMessage{help}, Default: sarifConfiguration{sarifLevels[l.Severity]}})
	}
	drillRule := len(run.Tool.Driver.Rules)
	run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{ID: "drill", Name: "drill", Short: sarifMessage{"A drill misses an objective or got worse, or trouble is noticed later than before"},
		Full: sarifMessage{"What the configuration does when this happens, simulated, is not what the objectives ask for"}, Help: sarifMessage{"lbsim validate --list-drills says what happens in each."},
		Default: sarifConfiguration{sarifLevels[validate.Error]}})
	index[validate.UnreadableID] = len(run.Tool.Driver.Rules)
	run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{ID: validate.UnreadableID, Name: validate.UnreadableID, Short: sarifMessage{"A file that can't be read"},
		Full: sarifMessage{"Nothing in it could be checked"}, Help: sarifMessage{"lbsim schema balancer says what a file may hold."}, Default: sarifConfiguration{sarifLevels[validate.Error]}})
	for _, r := range all {
		for _, t := range trialsOf(r) {
			if t.level != "" {
				x := sarifResult{RuleID: "drill", RuleIndex: drillRule, Level: sarifLevels[t.level], Message: sarifMessage{t.text()},
					Locations:    []sarifLocation{{sarifPhysical{Artifact: sarifArtifact{uriOf(r.File)}}}},
					Fingerprints: map[string]string{"lbsim/v1": t.fingerprint}}
				if t.known {
					x.Baseline = "unchanged"
				}
				run.Results = append(run.Results, x)
			}
		}
		for i := range r.Findings {
			f := &r.Findings[i]
			x := sarifResult{RuleID: f.ID, RuleIndex: index[f.ID], Level: sarifLevels[f.Severity],
				Message:      sarifMessage{inFull(f)},
				Locations:    []sarifLocation{{sarifPhysical{Artifact: sarifArtifact{uriOf(f.File)}}}},
				Fingerprints: map[string]string{"lbsim/v1": f.Fingerprint}}
			if f.Line > 0 {
				x.Locations[0].Physical.Region = &sarifRegion{f.Line, f.Column}
			}
			if f.Known {
				x.Baseline = "unchanged"
			}
			if f.Ignored != "" {
				x.Suppressions = []sarifSuppression{{"inSource", f.Ignored}}
			}
			run.Results = append(run.Results, x)
		}
	}
	return writeIndented(w, sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

// inFull is a finding as a few sentences.
func inFull(f *validate.Finding) string {
	return messageOf(f) + ". Why: " + f.Why + ". Instead: " + f.Instead
}

// uriOf is a file's name as a URI, relative to where the program ran if it was given so.
func uriOf(file string) string {
	u := url.URL{Path: path.Clean(filepath.ToSlash(file))}
	if filepath.IsAbs(file) {
		u.Scheme = "file"
	}
	return u.String()
}
