package nvrsim

import (
	"slices"
	"sync"
	"time"
)

// Kind says what a client did, or had done to it.
type Kind string

// The kinds of journal entries.
const (
	LoginOK      Kind = "login-ok"      // an HTTP request, the first RTSP request of a connection or a LOGIN with the right password
	LoginRefused Kind = "login-refused" // a wrong user or password, or any while the address is locked
	Request      Kind = "request"       // an HTTP request that was let in; Detail is its target
	Describe     Kind = "describe"
	Setup        Kind = "setup"
	Play         Kind = "play"
	Teardown     Kind = "teardown"
	SearchOpen   Kind = "search-open"  // a search began; Detail is what was asked
	SearchPage   Kind = "search-page"  // a page was asked for
	SearchClose  Kind = "search-close" // a search was freed, or (Hikvision) its last page was given
	PTZStart     Kind = "ptz-start"    // a camera began to move; Detail is the channel counted from 1, a blank and the movement
	PTZStop      Kind = "ptz-stop"     // a camera was stopped; Detail as PTZStart
	PTZTimed     Kind = "ptz-timed"    // a movement that the device ends; Detail as PTZStart, then a blank and the milliseconds
	Close        Kind = "close"        // an RTSP connection or a stream of the SDK port ended; Detail says why
)

// Entry is one line of the journal.
type Entry struct {
	Time time.Time `json:"time"`
	Kind Kind      `json:"kind"`
	// Remote is the client's host:port.
	Remote string `json:"remote"`
	// Session is the RTSP session, empty where there is none.
	Session string `json:"session,omitempty"`
	// Detail is the URL, and the status where it is not 200.
	Detail string `json:"detail,omitempty"`
}

// Counts are what is open now, and logins since the start.
type Counts struct {
	Connections    int `json:"connections"` // RTSP connections, and streams of the SDK port
	Sessions       int `json:"sessions"`    // RTSP sessions, and streams of the SDK port
	Playbacks      int `json:"playbacks"`   // those of recordings
	Playing        int `json:"playing"`     // those that play
	Logins         int `json:"logins"`      // logins on the SDK port that are open
	Searches       int `json:"searches"`    // searches that hold something
	Moving         int `json:"moving"`      // cameras that move until they are stopped
	LoginsAccepted int `json:"logins_accepted"`
	LoginsRefused  int `json:"logins_refused"`
}

// maxJournal bounds the journal; the oldest half is dropped beyond it.
const maxJournal = 20000

// journal is safe for concurrent use.
type journal struct {
	clock func() time.Time

	mu      sync.Mutex
	entries []Entry
	counts  Counts
}

func (j *journal) add(kind Kind, remote, session, detail string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch kind {
	case LoginOK:
		j.counts.LoginsAccepted++
	case LoginRefused:
		j.counts.LoginsRefused++
	default:
	}
	if len(j.entries) >= maxJournal {
		j.entries = append(j.entries[:0], j.entries[maxJournal/2:]...)
	}
	j.entries = append(j.entries, Entry{Time: j.clock(), Kind: kind, Remote: remote, Session: session, Detail: detail})
}

// change adds to the numbers of what is open.
func (j *journal) change(connections, sessions, playing int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.counts.Connections += connections
	j.counts.Sessions += sessions
	j.counts.Playing += playing
}

// reserve counts a new session, if the limit allows it; 0 is no limit.
func (j *journal) reserve(limit int) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if limit > 0 && j.counts.Sessions >= limit {
		return false
	}
	j.counts.Sessions++
	return true
}

// reservePlayback counts a new session of recordings, if both limits allow it.
func (j *journal) reservePlayback(sessions, playbacks int) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if sessions > 0 && j.counts.Sessions >= sessions || playbacks > 0 && j.counts.Playbacks >= playbacks {
		return false
	}
	j.counts.Sessions++
	j.counts.Playbacks++
	return true
}

func (j *journal) endPlayback() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.counts.Playbacks--
}

func (j *journal) list() []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries)
}

func (j *journal) count() Counts {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.counts
}
