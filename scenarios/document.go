package scenarios

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Document returns the scenario in its canonical form: as the language has it, with
// every default filled in. Loading it, as YAML or JSON, gives the same scenario.
func (s *Scenario) Document() map[string]any {
	// By way of JSON, so that numbers, lists and mappings have the types that a
	// reader of the file sees.
	var doc map[string]any
	if err := json.Unmarshal(s.canonical(), &doc); err != nil {
		panic("scenarios: " + err.Error())
	}
	return doc
}

// SHA256 returns the hash, in hexadecimal, of the canonical form as JSON with
// sorted keys and without blanks. It covers a trace's contents by their hash.
func (s *Scenario) SHA256() string {
	sum := sha256.Sum256(s.canonical())
	return hex.EncodeToString(sum[:])
}

func (s *Scenario) canonical() []byte {
	text, err := json.Marshal(Table().Write(*s))
	if err != nil {
		panic("scenarios: " + err.Error())
	}
	return text
}
