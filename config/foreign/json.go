package foreign

import (
	"encoding/json"
	"io"
	"maps"
	"slices"

	"lbsim/config/decode"
)

// WriteJSON prints the configuration for programs: lbsim.import/v1.
func (c *Config) WriteJSON(w io.Writer) error {
	type place struct {
		Path   string `json:"path,omitempty"`
		File   string `json:"file"`
		Line   int    `json:"line"`
		Column int    `json:"column"`
		Text   string `json:"text,omitempty"`
		Why    string `json:"why,omitempty"`
	}
	at := func(p decode.Place) place { return place{File: p.File, Line: p.Line, Column: p.Column} }
	out := struct {
		Schema       string         `json:"schema"`
		File         string         `json:"file"`
		Product      string         `json:"product"`
		Version      string         `json:"version"`
		Balancer     map[string]any `json:"balancer"`
		Places       []place        `json:"places"`
		NotSimulated []place        `json:"not_simulated"`
		Unseen       []place        `json:"unseen,omitempty"`
	}{"lbsim.import/v1", c.Places[""].File, c.Product, c.Version, c.Balancer.Document(), []place{}, []place{}, nil}
	for _, path := range slices.Sorted(maps.Keys(c.Places)) {
		if path != "" {
			x := at(c.Places[path])
			x.Path = path
			out.Places = append(out.Places, x)
		}
	}
	remark := func(r Remark) place {
		x := at(r.Place)
		x.Text, x.Why = r.Text, r.Why
		return x
	}
	for _, r := range c.NotSimulated {
		out.NotSimulated = append(out.NotSimulated, remark(r))
	}
	for _, r := range c.Unseen {
		out.Unseen = append(out.Unseen, remark(r))
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(out)
}
