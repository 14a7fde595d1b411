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

// fileWatch tells when the content of files has changed. It watches their folders, as
// editors, certbot and Kubernetes put another file in a file's place.
type fileWatch struct {
	changed <-chan struct{}
	names   chan []string
	done    chan struct{}
	ended   chan struct{}
}

// quiet is how long nothing must happen before files are looked at, so that one that is
// just being written is not taken for whole.
const quiet = 100 * time.Millisecond

func newFileWatch(log *slog.Logger, names []string) (*fileWatch, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	changed := make(chan struct{}, 1)
	w := &fileWatch{changed: changed, names: make(chan []string), done: make(chan struct{}), ended: make(chan struct{})}
	known := look(names, notify, log)
	go func() {
		defer close(w.ended)
		defer notify.Close()
		pause := time.NewTimer(0)
		for {
			select {
			case <-w.done:
				pause.Stop()
				return
			case names = <-w.names:
				known = look(names, notify, log)
			case <-notify.Events:
				pause.Reset(quiet)
			case err := <-notify.Errors: // some events are lost: look
				log.Warn("watching files", "error", err)
				pause.Reset(quiet)
			case <-pause.C:
				if now := look(names, notify, log); !maps.Equal(known, now) {
					known = now
					select {
					case changed <- struct{}{}:
					default:
					}
				}
			}
		}
	}()
	return w, nil
}

// follow watches other files from now on.
func (w *fileWatch) follow(names []string) {
	select {
	case w.names <- names:
	case <-w.ended:
	}
}

func (w *fileWatch) close() {
	close(w.done)
	<-w.ended
}

// look returns what files hold and sees to it that their folders are watched, that to
// which a link leads too. To watch a folder again does no harm, and its kind may have changed.
func look(names []string, notify *fsnotify.Watcher, log *slog.Logger) map[string][sha256.Size]byte {
	found := map[string][sha256.Size]byte{}
	for _, name := range names {
		folders := []string{filepath.Dir(name)}
		if target, err := filepath.EvalSymlinks(name); err == nil && filepath.Dir(target) != folders[0] {
			folders = append(folders, filepath.Dir(target))
		}
		for _, folder := range folders {
			if err := notify.Add(folder); err != nil {
				log.Warn("changes of a file will not be noticed", "file", name, "error", err)
			}
		}
		if text, err := os.ReadFile(name); err == nil {
			found[name] = sha256.Sum256(text)
		}
	}
	return found
}
