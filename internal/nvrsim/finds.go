package nvrsim

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"
)

// What a Dahua recorder gives at most on one page of a search, and how many searches it can hold where Faults.MaxSearches says nothing.
const (
	dahuaPage     = 100
	dahuaSearches = 8
)

// finds are the searches of a Dahua recorder, each with a handle that is held until it is destroyed. It is safe for concurrent use.
type finds struct {
	r *Recorder

	mu   sync.Mutex
	last int
	open map[int]*find
}

// find is one search. Its owner is the RPC2 session that made it, empty for CGI, which knows no sessions.
type find struct {
	owner    string
	remote   string
	begun    bool // a question was taken
	closed   bool
	files    []foundFile
	position int
	before   []foundFile // the page before
}

type foundFile struct {
	channel int // counted from 0, as in all answers
	Recording
}

// question is what a search is for. The channel counts from 0.
type question struct {
	channel    int
	start, end time.Time
	types      []string
}

// create returns a new handle, or 0 where there is none left.
func (f *finds) create(owner, remote string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.open) >= orDefault(f.r.Faults().MaxSearches, dahuaSearches) {
		return 0
	}
	if f.open == nil {
		f.open, f.last = make(map[int]*find), 1044
	}
	f.last += 3
	f.open[f.last] = &find{owner: owner, remote: remote}
	return f.last
}

// ask gives a search its question. It tells how many files were found, and false where it cannot be asked.
func (f *finds) ask(handle int, owner string, q question) (files int, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.of(handle, owner)
	if s == nil || q.channel < 0 || q.channel >= len(f.r.channels) || !q.start.Before(q.end) {
		return 0, false
	}
	if s.begun {
		f.r.journal.add(SearchClose, s.remote, "", "asked anew")
	}
	*s = find{owner: s.owner, remote: s.remote, begun: true}
	detail := fmt.Sprintf("%d %s to %s", q.channel, q.start.Format(time.DateTime), q.end.Format(time.DateTime))
	f.r.journal.add(SearchOpen, s.remote, "", detail)
	if len(q.types) > 0 && !slices.Contains(q.types, "dav") {
		return 0, true
	}
	for _, file := range f.r.recordings(q.channel+1, q.start, q.end) {
		s.files = append(s.files, foundFile{q.channel, file})
	}
	return len(s.files), true
}

// next returns the next page. It tells false where nothing was asked.
func (f *finds) next(handle int, owner string, count int) (page []foundFile, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.of(handle, owner)
	if s == nil || !s.begun || s.closed || count < 1 {
		return nil, false
	}
	faults := f.r.Faults()
	f.r.journal.add(SearchPage, s.remote, "", strconv.Itoa(s.position))
	page, _ = pageOf(s.files, s.position, min(count, orDefault(faults.SearchPage, dahuaPage)), faults)
	if len(page) == 0 && faults.SearchEndless {
		page = s.before
	}
	s.position, s.before = s.position+len(page), page
	return page, true
}

// end closes a search; its handle is held on.
func (f *finds) end(handle int, owner string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.of(handle, owner)
	if s == nil {
		return false
	}
	s.closed, s.files = true, nil
	return true
}

// destroy frees a handle.
func (f *finds) destroy(handle int, owner string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.of(handle, owner)
	if s == nil {
		return false
	}
	f.free(handle, s)
	return true
}

// leave frees all handles of a session that is over.
func (f *finds) leave(owner string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for handle, s := range f.open {
		if s.owner == owner {
			f.free(handle, s)
		}
	}
}

func (f *finds) free(handle int, s *find) {
	delete(f.open, handle)
	if s.begun {
		f.r.journal.add(SearchClose, s.remote, "", "")
	}
}

// of finds a search of its owner. The caller holds mu.
func (f *finds) of(handle int, owner string) *find {
	if s := f.open[handle]; s != nil && s.owner == owner {
		return s
	}
	return nil
}

func (f *finds) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.open)
}
