package recording

import (
	"bufio"
	"compress/gzip"
	"encoding/gob"
	"fmt"
	"io"
	"os"
)

// Reader reads a recording.
type Reader struct {
	Header  Header
	file    *os.File
	packed  *gzip.Reader
	decoder *gob.Decoder
}

// Open opens a recording.
func Open(path string) (*Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r := &Reader{file: file}
	if r.packed, err = gzip.NewReader(bufio.NewReaderSize(file, 1<<16)); err == nil {
		r.decoder = gob.NewDecoder(r.packed)
		err = r.decoder.Decode(&r.Header)
	}
	if err == nil && r.Header.Format != format {
		err = fmt.Errorf("its format is %q, not %s", r.Header.Format, format)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s is no recording of lbsim proxy: %w", path, err)
	}
	return r, nil
}

// Next reads the next entry; io.EOF after the last.
func (r *Reader) Next(e *Entry) error {
	*e = Entry{}
	err := r.decoder.Decode(e)
	if err != nil && err != io.EOF {
		return fmt.Errorf("the recording is damaged: %w", err)
	}
	return err
}

// Close closes the file.
func (r *Reader) Close() error { return r.file.Close() }
