package foreign

import (
	"bytes"
	"encoding/json"
	"errors"

	"lbsim/config"
	"lbsim/config/decode"
)

// Accept makes the balancer of doc, a document in lbsim's language, the configuration's.
// The error, if any, is a decode.Problems: what contradicts what, in the places where it
// was written.
func (c *Config) Accept(doc map[string]any) error {
	text, err := json.Marshal(doc)
	if err != nil {
		return decode.Problems{{Place: c.Place(""), Rule: "could not be written as lbsim's configuration: " + err.Error()}}
	}
	b, err := config.Read(c.Place("").File, bytes.NewReader(text))
	problems := (decode.Problems)(nil)
	if errors.As(err, &problems) {
		for i := range problems {
			problems[i].Place = c.Place(problems[i].Path)
		}
		return problems
	}
	c.Balancer = b
	return err
}
