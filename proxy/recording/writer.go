package recording

import (
	"bufio"
	"compress/gzip"
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"lbsim/balancer"
	"lbsim/config"
	"lbsim/proxy"
)

// ahead is how many calls may wait to be written. With more the balancer waits, so that
// memory is bounded: about 2 MiB.
const ahead = 4096

// Writer is a proxy.Recorder that writes a file. Under the balancer's lock it only copies.
type Writer struct {
	path    string
	file    *os.File // beside path, whose name it gets when it is whole
	entry   Entry    // the call under way
	open    bool
	entries chan Entry
	begun   chan Header
	written sync.WaitGroup
	failed  atomic.Pointer[error]
	lost    chan struct{} // closed once it has failed
}

// Create begins a recording. There is nothing at path until Close.
func Create(path string) (*Writer, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, fmt.Errorf("recording: %s is a folder", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	w := &Writer{path: path, file: file, entries: make(chan Entry, ahead), begun: make(chan Header, 1), lost: make(chan struct{})}
	w.written.Go(func() {
		if err := w.write(); err != nil {
			w.failed.Store(&err)
			close(w.lost)
		}
		for range w.entries { // so that nobody waits for a file that is lost
		}
	})
	return w, nil
}

// write writes what comes until there is no more.
func (w *Writer) write() error {
	buffer := bufio.NewWriterSize(w.file, 1<<16)
	packed, err := gzip.NewWriterLevel(buffer, gzip.BestSpeed)
	if err != nil {
		return err
	}
	encoder := gob.NewEncoder(packed)
	header, ok := <-w.begun
	if !ok {
		return errors.New("no proxy began")
	}
	err = encoder.Encode(&header)
	for e := range w.entries {
		if err != nil {
			break
		}
		err = encoder.Encode(&e)
	}
	return errors.Join(err, packed.Close(), buffer.Flush(), w.file.Sync())
}

// Begin implements proxy.Recorder.
func (w *Writer) Begin(cfg *config.Balancer, seed uint64) {
	w.begun <- Header{Format: format, Seed: seed, Config: document(cfg)}
}

// Record implements proxy.Recorder.
func (w *Writer) Record(c *proxy.Call) {
	w.flush()
	w.entry, w.open = entryOf(c), true
}

func (w *Writer) flush() {
	if w.open {
		w.entries <- w.entry
	}
}

// Decided implements proxy.Recorder.
func (w *Writer) Decided(d balancer.Decision) { w.entry.Decision = d }

// Happened implements proxy.Recorder.
func (w *Writer) Happened(events []balancer.Event) {
	w.entry.Events = append(slices.Clip(w.entry.Events), events...)
}

// Lost is closed once the recording is lost, which may be long before Close. What is recorded
// goes on.
func (w *Writer) Lost() <-chan struct{} { return w.lost }

// Err says why the recording is lost; nil while it is not.
func (w *Writer) Err() error {
	if err := w.failed.Load(); err != nil {
		return fmt.Errorf("recording %s: %w", w.path, *err)
	}
	return nil
}

// Close ends the recording, after the proxy: the file is there, whole, or there is none and
// an error.
func (w *Writer) Close() error {
	w.flush()
	close(w.entries)
	close(w.begun)
	w.written.Wait()
	err := errors.Join(w.Err(), w.file.Close())
	if err == nil {
		err = os.Rename(w.file.Name(), w.path)
	}
	if err != nil {
		os.Remove(w.file.Name())
	}
	return err
}
