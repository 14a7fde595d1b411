package reports

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A folder keeps what was not written by an earlier result, what was changed since, and what
// a list that somebody made names outside of it.
func TestTidy(t *testing.T) {
	above := t.TempDir()
	dir := filepath.Join(above, "out")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	put := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	tidy := func(want []string, written ...string) {
		t.Helper()
		removed, err := Tidy(dir, written)
		if err != nil || !slices.Equal(removed, want) {
			t.Errorf("removed %v (%v), want %v", removed, err, want)
		}
	}
	for _, name := range []string{"result.json", "old.svg", "old.png", "changed.csv", "mine.txt", "../outside"} {
		put(name, "as written")
	}
	tidy(nil, "result.json", "old.svg", "old.png", "changed.csv")
	put("changed.csv", "by hand")
	tidy([]string{"old.svg", "old.png"}, "result.json")
	for _, name := range []string{"result.json", "changed.csv", "mine.txt"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	tidy(nil, "result.json")

	outside, err := sumOf(filepath.Join(above, "outside"))
	if err != nil {
		t.Fatal(err)
	}
	put(FolderList, outside+"  ../outside\n"+outside+"  "+filepath.Join(above, "outside")+"\nno list at all\n")
	tidy(nil, "result.json")
	if _, err := os.Stat(filepath.Join(above, "outside")); err != nil {
		t.Error("a file outside is gone")
	}

	if _, err := Tidy(dir, []string{"nothing"}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that was not written: %v", err)
	}
}
