package config

import (
	"crypto/sha256"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Live is the configuration of a running service, which can be read again. It is safe for concurrent use.
type Live struct {
	path    string
	environ []string
	current atomic.Pointer[Config]

	mu      sync.Mutex // also holds back a second reading while one goes on
	read    fingerprint
	loaded  time.Time
	waiting []string
	failure error
}

// fingerprint tells one content of a file from another.
type fingerprint [sha256.Size]byte

// Change is what reading the file again has brought, by keys such as "log.level", in the order of the file.
type Change struct {
	// Applied are in force now.
	Applied []string
	// RestartNeeded have another value in the file than in the running service, which keeps its own until it is started again.
	RestartNeeded []string
}

// Status is where the settings in force came from.
type Status struct {
	// File is the path as it was given, "" without one.
	File string
	// Loaded is when the file was last read with success.
	Loaded time.Time
	// RestartNeeded is that of the newest Change.
	RestartNeeded []string
	// Err is why the newest reading failed, nil where it did not.
	Err error
}

// NewLive loads a configuration as Load does, with Load's errors.
func NewLive(path string, environ []string) (*Live, error) {
	l := &Live{path: path, environ: slices.Clone(environ), loaded: time.Now()}
	l.read, _ = l.fingerprint() // without it the first look finds a change, and reads what is there
	first, err := Load(path, environ)
	if err != nil {
		return nil, err
	}
	l.current.Store(&first)
	return l, nil
}

// Current returns the settings in force. They are not changed afterwards: who wants the newest asks again. The fields that need a
// restart stay as they were at the start.
func (l *Live) Current() *Config { return l.current.Load() }

// Reload reads the file again and takes over what can change in a running service. With an error, which is Load's, everything stays as it
// is. The environment is that of the start and goes before the file, as ever.
func (l *Live) Reload() (Change, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.read, _ = l.fingerprint() // before the file: what is written between the two is found by the next look
	fresh, err := Load(l.path, l.environ)
	if err != nil {
		l.failure = err
		return Change{}, err
	}
	next, change := merge(l.Current(), &fresh)
	if wrong := next.validate(); len(wrong) > 0 {
		l.failure = fmt.Errorf("before a restart, which %s need: %w", strings.Join(change.RestartNeeded, ", "), wrong[0])
		return Change{}, l.failure
	}
	l.current.Store(next)
	l.loaded, l.waiting, l.failure = time.Now(), change.RestartNeeded, nil
	return change, nil
}

// merge returns what is in force with what of fresh can be.
func merge(running, fresh *Config) (*Config, Change) {
	next, change := *running, Change{}
	for _, k := range keys() {
		switch {
		case !k.differ(running, fresh):
		case k.now:
			k.copyTo(&next, fresh)
			change.Applied = append(change.Applied, k.name)
		default:
			change.RestartNeeded = append(change.RestartNeeded, k.name)
		}
	}
	return &next, change
}

// Status tells where the settings in force came from.
func (l *Live) Status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Status{File: l.path, Loaded: l.loaded, RestartNeeded: slices.Clone(l.waiting), Err: l.failure}
}

// stale tells whether the file holds something else than what was read last. A file that is away or empty is just being written:
// editors do so.
func (l *Live) stale() bool {
	found, ok := l.fingerprint()
	if !ok {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return found != l.read
}

// fingerprint looks at the file. ok is false where there is nothing in it.
func (l *Live) fingerprint() (found fingerprint, ok bool) {
	if l.path == "" {
		return fingerprint{}, false
	}
	text, err := os.ReadFile(l.path)
	if err != nil || len(text) == 0 {
		return fingerprint{}, false
	}
	return sha256.Sum256(text), true
}
