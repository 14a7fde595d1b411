package reports

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// FolderList is the file in which a folder of results lists what was written into it, each
// with its SHA-256 as sha256sum prints it.
const FolderList = ".lbsim-files"

// Tidy lists the files that were written into dir and removes those that the folder's list
// of an earlier time has and that were not written now: they are of another result. A file
// that is not as it was written stays, and so does all that the list has not. It returns
// the names of what it removed.
func Tidy(dir string, written []string) (removed []string, err error) {
	for _, f := range listed(dir) {
		path := filepath.Join(dir, f.name)
		if now, err := sumOf(path); slices.Contains(written, f.name) || err != nil || now != f.sum {
			continue
		}
		if err := os.Remove(path); err != nil {
			return removed, fmt.Errorf("remove a file of an earlier result: %w", err)
		}
		removed = append(removed, f.name)
	}
	var list bytes.Buffer
	for _, name := range written {
		sum, err := sumOf(filepath.Join(dir, name))
		if err != nil {
			return removed, fmt.Errorf("list the files of %s: %w", dir, err)
		}
		fmt.Fprintf(&list, "%s  %s\n", sum, name)
	}
	return removed, WriteFile(filepath.Join(dir, FolderList), func(w io.Writer) error {
		_, err := w.Write(list.Bytes())
		return err
	})
}

// summed is a line of a folder's list.
type summed struct{ sum, name string }

// listed is a folder's list, nothing where there is none. A name that leads out of the
// folder is no name that was written.
func listed(dir string) []summed {
	text, err := os.ReadFile(filepath.Join(dir, FolderList))
	if err != nil {
		return nil
	}
	var files []summed
	for line := range strings.Lines(string(text)) {
		if sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  "); ok && name == filepath.Base(name) {
			files = append(files, summed{sum, name})
		}
	}
	return files
}

// errNoFile is about links, folders and the like, which are never written.
var errNoFile = errors.New("is no regular file")

func sumOf(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", &fs.PathError{Op: "read", Path: path, Err: errNoFile}
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
