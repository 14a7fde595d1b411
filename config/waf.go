package config

import "lbsim/config/decode"

// WAF is a web application firewall in front of everything else.
type WAF struct {
	Rules       string       // a file in ModSecurity's language; "": none
	CoreRuleSet *CoreRuleSet // nil: without
	Mode        WAFMode
	Body        float64 // bytes of a request's body that are inspected
}

// CoreRuleSet is how strict the OWASP core rule set is.
type CoreRuleSet struct {
	Paranoia  int // 1 to 4
	Threshold int // the sum of scores from which on a request is refused
}

// WAFMode says what becomes of a request that rules refuse.
type WAFMode string

const (
	Block  WAFMode = "block"
	Detect WAFMode = "detect"
)

var wafModes = decode.Words[WAFMode]{Known: []decode.Word[WAFMode]{{Name: string(Block), Value: Block}, {Name: string(Detect), Value: Detect}}}

var waf = decode.Object[WAF]{
	Name: "waf",
	Doc:  "A web application firewall (Coraza). It inspects requests before anything else is done with them; answers pass.",
	Fields: []decode.Field[WAF]{
		decode.Optional("core_rule_set", decode.Pointer[CoreRuleSet]{To: coreRuleSet}, func(w *WAF) **CoreRuleSet { return &w.CoreRuleSet },
			"The OWASP core rule set, version 4, which comes with lbsim; {} is enough."),
		decode.Optional("rules", plainText, func(w *WAF) *string { return &w.Rules },
			"A file of rules in ModSecurity's language (SecRule …), read after the core rule set, so that SecRuleRemoveById takes what is too strict out of it. Read again when it changes."),
		decode.Default("mode", wafModes, func(w *WAF) *WAFMode { return &w.Mode }, Block, "block: what rules refuse is refused (403, or as they say); detect: it is only written to the log and counted."),
		decode.Default("body", size.That(decode.AtMost(float64(16<<20), "16MiB")), func(w *WAF) *float64 { return &w.Body }, 128<<10,
			"How much of a request's body is read and inspected before it goes on; 0B: nothing. What is longer passes beyond that; calls of gRPC, to servers that speak HTTP/2, are not waited for."),
	},
	Check: func(v decode.Value, w *WAF) {
		if w.Rules == "" && w.CoreRuleSet == nil && v.Sound("rules", "core_rule_set") {
			v.Fail("has no rules: give rules, a file, or core_rule_set: {}")
		}
	},
}

// coreRuleSet has the defaults of the rule set's own setup.
var coreRuleSet = decode.Object[CoreRuleSet]{
	Doc: "How strict the OWASP core rule set is.",
	Fields: []decode.Field[CoreRuleSet]{
		decode.Default("paranoia", decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(4, "4")), func(c *CoreRuleSet) *int { return &c.Paranoia }, 1,
			"Its paranoia level: 1 refuses little that is harmless, 4 a lot."),
		decode.Default("threshold", decode.Count.That(decode.AtLeast(1, "1"), decode.AtMost(10_000, "10000")), func(c *CoreRuleSet) *int { return &c.Threshold }, 5,
			"The sum of the scores of the rules that match from which on a request is refused; one critical rule scores 5."),
	},
}
