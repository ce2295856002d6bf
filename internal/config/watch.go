package config

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// settle is how long a file must be left alone before it is read: editors write in several steps.
	settle = 300 * time.Millisecond
	// lookAgain is how often the file is looked at without a sign: network drives give none, and a directory that was made anew is
	// watched no more.
	lookAgain = 30 * time.Second
)

// Watch calls changed, one call at a time, each time when the file has other content than what was read last, until ctx ends. It watches
// the directory and not the file, so that an editor's renaming and the swap of a link, as Kubernetes does, count too. Without a file it
// only waits for ctx. The error says that the system gives no signs; changes are then found within half a minute, so it is told by warn
// and Watch goes on.
func (l *Live) Watch(ctx context.Context, changed func(), warn func(error)) {
	if l.path == "" {
		<-ctx.Done()
		return
	}
	signs, err := newSigns(l.path)
	defer signs.close()
	told := &told{warn: warn}
	told.tell(err)
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	look := time.NewTimer(0) // for what was written while the service started
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case event := <-signs.events():
			if signs.concerns(event) {
				look.Reset(settle)
			}
		case err := <-signs.errors():
			told.tell(err)
			look.Reset(settle) // signs were lost: there may be a change
		case <-tick.C:
			look.Reset(0)
		case <-look.C:
			told.tell(signs.follow())
			if l.stale() {
				changed()
			}
		}
	}
}

// told passes on an error once, however often it comes.
type told struct {
	warn func(error)
	last string
}

func (t *told) tell(err error) {
	words := ""
	if err != nil {
		words = err.Error()
	}
	if words != "" && words != t.last {
		t.warn(err)
	}
	t.last = words
}

// signs are the system's, of the directories in which a file lies and in which it lies really.
type signs struct {
	path    string
	watcher *fsnotify.Watcher // nil where the system gives none
	real    string            // the path without links, where it was seen last
}

// newSigns always returns a value that can be used; with an error it never has a sign.
func newSigns(path string) (*signs, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return &signs{path: path}, err
	}
	s := &signs{path: absolute}
	if s.watcher, err = fsnotify.NewWatcher(); err != nil {
		s.watcher = nil
		return s, err
	}
	return s, s.follow()
}

// follow watches where the file lies now, which a swapped link has changed.
func (s *signs) follow() error {
	if s.watcher == nil {
		return nil
	}
	if found, err := filepath.EvalSymlinks(s.path); err == nil {
		s.real = found
	}
	wanted := []string{filepath.Dir(s.path)}
	if s.real != "" {
		wanted = append(wanted, filepath.Dir(s.real))
	}
	for _, old := range s.watcher.WatchList() {
		if !slices.Contains(wanted, old) {
			_ = s.watcher.Remove(old) // it may be gone
		}
	}
	for _, directory := range wanted {
		if err := s.watcher.Add(directory); err != nil {
			return err
		}
	}
	return nil
}

// concerns leaves out what others write beside the file, such as a log. What is created, renamed or removed there may be a link on the
// way to the file.
func (s *signs) concerns(event fsnotify.Event) bool {
	if event.Has(fsnotify.Create) || event.Has(fsnotify.Rename) || event.Has(fsnotify.Remove) {
		return true
	}
	return event.Has(fsnotify.Write) && (event.Name == s.path || event.Name == s.real)
}

// events is nil, on which nothing comes, without a watcher.
func (s *signs) events() <-chan fsnotify.Event {
	if s.watcher == nil {
		return nil
	}
	return s.watcher.Events
}

func (s *signs) errors() <-chan error {
	if s.watcher == nil {
		return nil
	}
	return s.watcher.Errors
}

func (s *signs) close() {
	if s.watcher != nil {
		_ = s.watcher.Close() // nothing depends on it any more
	}
}
