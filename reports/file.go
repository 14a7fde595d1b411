package reports

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile writes the file at path whole or not at all: write fills a temporary
// file in the same folder, which takes path's place once it is on the disk. When
// write or the disk fails, the temporary file is removed, what was at path stays
// and the error says why. A symbolic link is followed; a path that is no regular
// file, such as a pipe or /dev/stdout, is written to directly.
func WriteFile(path string, write func(io.Writer) error) error {
	target := path
	if real, err := filepath.EvalSymlinks(path); err == nil {
		target = real
	}
	if info, err := os.Stat(target); err == nil && !info.Mode().IsRegular() {
		if info.IsDir() {
			return fmt.Errorf("write %s: it is a directory", path)
		}
		return writeThrough(target, write)
	}
	temp, err := createBeside(target)
	if err != nil {
		return err
	}
	renamed := false
	defer func() { // also when write panics
		if !renamed {
			temp.Close()
			os.Remove(temp.Name())
		}
	}()
	if err := fill(temp, write); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := errors.Join(temp.Sync(), temp.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(temp.Name(), target); err != nil {
		return err
	}
	renamed = true
	return nil
}

// createBeside makes a new file in target's folder. Unlike os.CreateTemp it
// leaves the permissions to the user's umask, as for any file they make.
func createBeside(target string) (*os.File, error) {
	folder, base := filepath.Split(target)
	for i := 0; ; i++ {
		name := filepath.Join(folder, fmt.Sprintf(".%s.%d.tmp", base, i))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) && i < 1000 {
			continue
		}
		return f, err
	}
}

func writeThrough(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(fill(f, write), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func fill(f *os.File, write func(io.Writer) error) error {
	buffered := bufio.NewWriterSize(f, 1<<16)
	if err := write(buffered); err != nil {
		return err
	}
	return buffered.Flush()
}
