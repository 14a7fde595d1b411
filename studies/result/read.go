package result

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Read reads a result as WriteJSON of package reports writes it. Distributions are
// not part of it.
func Read(from io.Reader) (*Result, error) {
	d := json.NewDecoder(from)
	r := &Result{}
	if err := d.Decode(r); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("is empty")
		}
		return nil, fmt.Errorf("is no result: %w", err)
	}
	if r.Schema != Schema {
		return nil, fmt.Errorf("is no result: its schema is %q and not %q", r.Schema, Schema)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("holds more than one result")
	}
	return r, nil
}
