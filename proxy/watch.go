package proxy

import (
	"crypto/sha256"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// contents is what files held when they were read.
type contents map[string][sha256.Size]byte

// fileWatch tells when the content of files has changed. It watches their folders, as
// editors, certbot and Kubernetes put another file in a file's place.
type fileWatch struct {
	main    string // the file that names the others
	notify  *fsnotify.Watcher
	log     *slog.Logger
	changed chan struct{}
	read    chan contents
	done    chan struct{}
	ended   chan struct{}
}

// quiet is how long nothing must happen before files are looked at, so that one that is
// just being written is not taken for whole.
const quiet = 100 * time.Millisecond

// newFileWatch watches the main file and those that were read because of it.
func newFileWatch(log *slog.Logger, main string, read contents) (*fileWatch, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	w := &fileWatch{main: main, notify: notify, log: log, changed: make(chan struct{}, 1), read: make(chan contents), done: make(chan struct{}), ended: make(chan struct{})}
	known := w.look(contents{main: {}})
	maps.Copy(known, read)
	w.look(known) // their folders, too
	go w.run(known)
	return w, nil
}

func (w *fileWatch) run(known contents) {
	defer close(w.ended)
	defer w.notify.Close()
	pause := time.NewTimer(quiet)
	defer pause.Stop()
	for {
		select {
		case <-w.done:
			return
		case read := <-w.read: // they may have changed again since
			next := maps.Clone(read)
			next[w.main] = known[w.main]
			known = next
			pause.Reset(quiet)
		case <-w.notify.Events:
			pause.Reset(quiet)
		case err := <-w.notify.Errors: // some events are lost: look
			w.log.Warn("watching files", "error", err)
			pause.Reset(quiet)
		case <-pause.C:
			if now := w.look(known); !maps.Equal(known, now) {
				known = now
				select {
				case w.changed <- struct{}{}:
				default:
				}
			}
		}
	}
}

// follow watches the files that were read last from now on.
func (w *fileWatch) follow(read contents) {
	select {
	case w.read <- read:
	case <-w.ended:
	}
}

func (w *fileWatch) close() {
	close(w.done)
	<-w.ended
}

// look returns what files hold and sees to it that their folders are watched, that to
// which a link leads too. To watch a folder again does no harm, and its kind may have changed.
func (w *fileWatch) look(files contents) contents {
	found := contents{}
	for name := range files {
		folders := []string{filepath.Dir(name)}
		if target, err := filepath.EvalSymlinks(name); err == nil && filepath.Dir(target) != folders[0] {
			folders = append(folders, filepath.Dir(target))
		}
		for _, folder := range folders {
			if err := w.notify.Add(folder); err != nil {
				w.log.Warn("changes of a file will not be noticed", "file", name, "error", err)
			}
		}
		text, _ := os.ReadFile(name) // one that is gone is like an empty one
		found[name] = sha256.Sum256(text)
	}
	return found
}
