package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"lbsim/config/decode"
)

// Settings are the keys of a balancer that can be changed while it works.
var Settings = []string{"algorithm", "affinity", "subset", "health", "retries", "panic_threshold", "slow_start", "drain", "limits", "hedge", "routes"}

// removable are those that can be taken out.
var removable = []string{"affinity", "subset", "health", "retries", "panic_threshold", "slow_start", "drain", "limits", "hedge"}

// Change is new settings, as written: each key that is given, in its canonical form.
type Change map[string]any

// ChangeTable reads a Change. Each key replaces the whole of what was there.
type ChangeTable struct{}

func (ChangeTable) table() decode.Object[Balancer] {
	return Table().Part("balancer_change", "New settings of the balancer; each key replaces the whole of what was there.", Settings...)
}

// Read implements decode.Type.
func (c ChangeTable) Read(v decode.Value) (Change, bool) {
	b, ok := c.table().Read(v)
	if !ok {
		return nil, false
	}
	if len(v.Keys()) == 0 {
		v.Fail("must have one key at least: %s", decode.Suggest("", Settings))
		return nil, false
	}
	return Change(Table().Part("", "", v.Keys()...).Write(b).(map[string]any)), true
}

// Write implements decode.Type.
func (ChangeTable) Write(c Change) any {
	if c == nil {
		return nil
	}
	return map[string]any(c)
}

// Schema implements decode.Type.
func (c ChangeTable) Schema(d *decode.Defs) decode.Schema { return c.table().Schema(d) }

// Removable is the words of the settings that can be taken out.
var Removable = func() (w decode.Words[string]) {
	for _, key := range removable {
		w.Known = append(w.Known, decode.Word[string]{Name: key, Value: key})
	}
	return w
}()

// Changed returns the configuration with settings put in and others taken out: those of a
// pool or, with "", of the only one, or of the balancer. The error says what contradicts
// what.
func (b *Balancer) Changed(pool string, set Change, unset []string) (*Balancer, error) {
	document := b.Document()
	own := document
	if pool != "" {
		if b.Index(pool) < 0 {
			return nil, errors.New("there is no pool " + pool)
		}
		own = document["pools"].(map[string]any)[pool].(map[string]any)
	}
	maps.Copy(own, set)
	for _, key := range unset {
		delete(own, key)
		delete(document, key) // else a pool has what is written beside the pools; the others have their own
	}
	text, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	changed, err := Read("settings", bytes.NewReader(text))
	if problems := (decode.Problems)(nil); errors.As(err, &problems) {
		return nil, errors.New(problems[0].Path + ": " + problems[0].Rule)
	}
	return changed, err
}

// Titles lists what a change is about, in the order of Settings: the algorithm's name,
// retries, no affinity.
func (c Change) Titles(unset []string) (titles []string) {
	for _, key := range Settings {
		switch {
		case key == "algorithm" && c[key] != nil:
			text, ok := c[key].(string)
			if !ok {
				text, _ = c[key].(map[string]any)["name"].(string)
			}
			titles = append(titles, text)
		case c[key] != nil:
			titles = append(titles, key)
		case slices.Contains(unset, key):
			titles = append(titles, "no "+key)
		}
	}
	return titles
}
