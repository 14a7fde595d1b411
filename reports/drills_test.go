package reports

import (
	"bytes"
	"testing"

	"lbsim/reports/internal/sample"
)

// Drills of a kind that are alike are one row, that of the worst.
func TestDrillTables(t *testing.T) {
	for name, opt := range map[string]TableOptions{"drills-80.txt": {Width: 80}, "drills.md": {Markdown: true}} {
		var out bytes.Buffer
		if err := WriteDrills(&out, sample.Drills(), opt); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.Bytes())
	}
}

func TestChangeTables(t *testing.T) {
	for name, opt := range map[string]TableOptions{"change-80.txt": {Width: 80}, "change.md": {Markdown: true}} {
		var out bytes.Buffer
		if err := WriteChange(&out, sample.Change(), opt); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.Bytes())
	}
}
