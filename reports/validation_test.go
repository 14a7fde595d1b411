package reports

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"lbsim/studies/validate"
)

// mistakes has an error, a remark, a warning that a comment ignores, and another one.
const mistakes = `# A comment.
algorithm: round_robin
pools:
  api: # lbsim:ignore LB015 nothing here <ever> leaves
    endpoints: [{name: api-1, address: "10.0.0.1:80", zone: a}, {name: api-2, address: "10.0.0.2:80", zone: a}]
  web: {health: {active: {path: /}}, drain: {}}
timeouts: {request: 30s}
routes: [{match: {host: api.example}, pool: api}, {pool: web}]
`

func validated(t *testing.T, file, text string) *validate.Report {
	t.Helper()
	s, err := validate.Read(file, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return validate.Check(s)
}

// reported is two reports: one on the mistakes, of which the baseline knows a warning, the
// other with nothing.
func reported(t *testing.T) []*validate.Report {
	t.Helper()
	r := validated(t, "conf/bad, really.yaml", mistakes)
	for i := range r.Findings {
		r.Findings[i].Known = r.Findings[i].ID == "LB024"
	}
	good := validated(t, "good.yaml", "algorithm: round_robin\nhealth: {active: {path: /up}}\ntimeouts: {request: 9s}\ndrain: {}\n")
	return []*validate.Report{r, good}
}

func written(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestValidationText(t *testing.T) {
	text := written(t, func(w io.Writer) error { return WriteValidation(w, reported(t), TableOptions{}) })
	want := `conf/bad, really.yaml:4:3: error: pool api: no health check: when one of 2 endpoints is down, 50% of the requests go there for as long as it is [LB001]
    why: a balancer that does not know that an endpoint is down goes on sending it its share: those requests fail, or take a retry each, for as long as it is down
    instead: health: {active: {path: /healthz, interval: 2s, timeout: 1s}}
    shown by: kill-one

conf/bad, really.yaml:6:27: info: pool web: the check asks for /, and nothing looks at answers: does that page fail when the application does? [LB004]
    why: a process that accepts connections, or serves a page from a file, can fail every request that matters; it is never busy then, so least connections sends it most of them
    instead: path: /healthz of an application that answers it as it does requests, or health.passive, which looks at real answers
    shown by: gray-failure

conf/bad, really.yaml: 1 error, 0 warnings, 1 remark; 1 ignored by comments; 1 in the baseline

good.yaml: 0 errors, 0 warnings, 0 remarks
`
	if text != want {
		t.Errorf("got\n%s", text)
	}
}

func TestValidationJSON(t *testing.T) {
	schema := compiled(t, ValidateSchema())
	all := reported(t)
	set := written(t, func(w io.Writer) error { return WriteValidationJSON(w, all) })
	accepts(t, schema, "several", []byte(set))
	one := written(t, func(w io.Writer) error { return WriteValidationJSON(w, all[:1]) })
	finding := func(x map[string]any) map[string]any { return x["findings"].([]any)[0].(map[string]any) }
	refuses(t, schema, []byte(one), map[string]func(map[string]any){
		"an unknown key":        func(x map[string]any) { x["extra"] = 1 },
		"another schema":        func(x map[string]any) { x["schema"] = "lbsim.validate/v2" },
		"no drills":             func(x map[string]any) { delete(x, "drills") },
		"a finding without id":  func(x map[string]any) { delete(finding(x), "id") },
		"an unknown severity":   func(x map[string]any) { finding(x)["severity"] = "fatal" },
		"a line that is a word": func(x map[string]any) { finding(x)["line"] = "4" },
	})
}

// SARIF 2.1.0 wants of a log, run, tool, rule, result and location what is looked at here;
// GitHub wants fingerprints and relative paths.
func TestSARIF(t *testing.T) {
	text := written(t, func(w io.Writer) error { return WriteSARIF(w, reported(t), "devel") })
	accepts(t, compiled(t, []byte(sarifEssentials)), "sarif", []byte(text))
	var log sarifLog
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	byID := map[string]sarifResult{}
	for _, x := range run.Results {
		byID[x.RuleID] = x
		if rule := run.Tool.Driver.Rules[x.RuleIndex]; rule.ID != x.RuleID {
			t.Errorf("rule %d is %s, not %s", x.RuleIndex, rule.ID, x.RuleID)
		}
	}
	if len(run.Results) != 4 || len(byID) != 4 || len(run.Tool.Driver.Rules) != len(validate.Lints())+2 {
		t.Errorf("%d results of %d rules", len(run.Results), len(run.Tool.Driver.Rules))
	}
	if at := byID["LB001"].Locations[0].Physical; at.Artifact.URI != "conf/bad%2C%20really.yaml" && at.Artifact.URI != "conf/bad,%20really.yaml" || *at.Region != (sarifRegion{4, 3}) {
		t.Errorf("place %+v %+v", at, at.Region)
	}
	if x := byID["LB015"]; len(x.Suppressions) != 1 || x.Suppressions[0] != (sarifSuppression{"inSource", "nothing here <ever> leaves"}) {
		t.Errorf("ignored: %+v", x)
	}
	if x := byID["LB024"]; x.Baseline != "unchanged" || len(x.Suppressions) != 0 {
		t.Errorf("known: %+v", x)
	}
	if x := byID["LB004"]; x.Level != "note" || x.Fingerprints["lbsim/v1"] == "" {
		t.Errorf("remark: %+v", x)
	}
}

// sarifEssentials is what the schema of SARIF 2.1.0 wants of the objects that are used.
const sarifEssentials = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object", "required": ["version", "runs"],
  "properties": {
    "$schema": {"type": "string", "format": "uri"}, "version": {"const": "2.1.0"},
    "runs": {"type": "array", "minItems": 1, "items": {
      "type": "object", "required": ["tool", "results"], "additionalProperties": false,
      "properties": {
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "tool": {"type": "object", "required": ["driver"], "properties": {"driver": {
          "type": "object", "required": ["name", "rules"], "properties": {
            "name": {"type": "string", "minLength": 1}, "version": {"type": "string"},
            "rules": {"type": "array", "uniqueItems": true, "minItems": 1, "items": {
              "type": "object", "required": ["id", "shortDescription"], "additionalProperties": false,
              "properties": {
                "id": {"type": "string"}, "name": {"type": "string"},
                "shortDescription": {"$ref": "#/$defs/message"}, "fullDescription": {"$ref": "#/$defs/message"}, "help": {"$ref": "#/$defs/message"},
                "defaultConfiguration": {"type": "object", "properties": {"level": {"$ref": "#/$defs/level"}}, "additionalProperties": false}
              }}}
          }}}},
        "results": {"type": "array", "items": {
          "type": "object", "required": ["message", "ruleId", "locations", "partialFingerprints"], "additionalProperties": false,
          "properties": {
            "ruleId": {"type": "string"}, "ruleIndex": {"type": "integer", "minimum": 0}, "level": {"$ref": "#/$defs/level"}, "message": {"$ref": "#/$defs/message"},
            "baselineState": {"enum": ["new", "unchanged", "updated", "absent"]},
            "partialFingerprints": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
            "suppressions": {"type": "array", "minItems": 1, "uniqueItems": true, "items": {
              "type": "object", "required": ["kind"], "additionalProperties": false,
              "properties": {"kind": {"enum": ["inSource", "external"]}, "justification": {"type": "string"}}}},
            "locations": {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {"physicalLocation": {
              "type": "object", "required": ["artifactLocation"], "additionalProperties": false,
              "properties": {
                "artifactLocation": {"type": "object", "properties": {"uri": {"type": "string", "pattern": "^[^/ ][^ ]*$"}}, "additionalProperties": false},
                "region": {"type": "object", "additionalProperties": false, "properties": {"startLine": {"type": "integer", "minimum": 1}, "startColumn": {"type": "integer", "minimum": 1}}}
              }}}}}
          }}}
      }}}
  },
  "$defs": {
    "message": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}, "additionalProperties": false},
    "level": {"enum": ["none", "note", "warning", "error"]}
  }
}`

func TestJUnit(t *testing.T) {
	text := written(t, func(w io.Writer) error { return WriteJUnit(w, reported(t), validate.Error) })
	var suites junitSuites
	if err := xml.Unmarshal([]byte(text), &suites); err != nil {
		t.Fatal(err)
	}
	lints := len(validate.Lints())
	if suites.Tests != 2*lints || suites.Failures != 1 || len(suites.Suites) != 2 {
		t.Errorf("%d cases, %d failures, %d suites", suites.Tests, suites.Failures, len(suites.Suites))
	}
	bad := suites.Suites[0]
	if bad.Tests != len(bad.Cases) || bad.Failures != 1 || bad.Skipped != 2 {
		t.Errorf("%+v", bad)
	}
	for _, c := range bad.Cases {
		id, _, _ := strings.Cut(c.Name, " ")
		if (id == "LB001") != (c.Failure != nil) || (id == "LB004") != (c.Out != "") || (id == "LB015" || id == "LB024") != (c.Skipped != nil) {
			t.Errorf("%+v", c)
		}
	}
	if none := written(t, func(w io.Writer) error { return WriteJUnit(w, reported(t), "") }); strings.Contains(none, "<failure") {
		t.Errorf("nothing is to fail: %s", none)
	}
}

func TestAnnotations(t *testing.T) {
	text := written(t, func(w io.Writer) error { return WriteAnnotations(w, reported(t)) })
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "::error file=conf/bad%2C really.yaml,line=4,col=3,title=LB001 no-health-check::pool api: no health check: when one of 2 endpoints is down, 50%25 of") ||
		!strings.HasPrefix(lines[1], "::notice file=") {
		t.Errorf("%s", text)
	}
}
