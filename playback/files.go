package playback

import (
	"slices"
	"sync"
	"time"
)

// maxFiles is the ceiling for the files of one Timetable: a recorder that starts a new file each minute fills it in two months.
const maxFiles = 100_000

// seam is the gap below which two files are one stretch of recording: recorders overlap by a second, or leave one out by rounding.
const seam = 2 * time.Second

// Clip says where a playback ends whose last file goes on behind the asked end.
type Clip uint8

const (
	// ClipNone plays the last file to its own end.
	ClipNone Clip = iota
	// ClipAsked ends at the asked end.
	ClipAsked
)

// Timetable collects the files that a search finds, in any order and with repetitions, and tells what is recorded when. It may be
// asked while the search goes on. All methods are safe for concurrent use.
type Timetable struct {
	asked Range
	clip  Clip

	mu        sync.Mutex
	files     []File
	names     map[fileKey]struct{}
	stretches []Range // of files, in time order; nil where files have come since
	stale     bool
	complete  bool
	version   uint64
	changed   chan struct{} // closed and made anew at each change
}

// fileKey is what makes two entries of a device's list the same file.
type fileKey struct{ start, end int64 }

// NewTimetable returns an empty Timetable for the asked range.
func NewTimetable(asked Range, clip Clip) *Timetable {
	return &Timetable{asked: asked, clip: clip, names: map[fileKey]struct{}{}, changed: make(chan struct{})}
}

// Asked is the range that the search asks for.
func (t *Timetable) Asked() Range { return t.asked }

// Add takes a page of files. Those that are empty, reversed or outside the asked range, those that are known already, and those
// beyond 100,000 are left out. The slice stays the caller's.
func (t *Timetable) Add(files []File) {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := len(t.files)
	for _, f := range files {
		key := fileKey{f.Start.UnixNano(), f.End.UnixNano()}
		_, known := t.names[key]
		if known || len(t.files) >= maxFiles || !f.Start.Before(f.End) || !f.Start.Before(t.asked.End) || !f.End.After(t.asked.Start) {
			continue
		}
		t.names[key] = struct{}{}
		t.files = append(t.files, f)
	}
	if len(t.files) > before {
		t.stale = true
		t.change()
	}
}

// Complete says that the search is over: what has not been added is not recorded.
func (t *Timetable) Complete() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.complete {
		t.complete = true
		t.change()
	}
}

// Files returns the files in time order. The caller owns the slice.
func (t *Timetable) Files() []File {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sort()
	return slices.Clone(t.files)
}

// Span is from the later of the asked start and the first file's start to the latest end of a file, or to the asked end where that
// clips. Without files it is the asked range.
func (t *Timetable) Span() Range {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sort()
	if len(t.stretches) == 0 {
		return t.asked
	}
	return Range{Start: t.stretches[0].Start, End: t.stretches[len(t.stretches)-1].End}
}

// Next returns the stretch of recording that holds the time at, or else the next one behind it; false where there is none. Files less
// than 2 s apart are one stretch. Nothing of it lies before the asked start, nor behind the asked end where that clips.
func (t *Timetable) Next(at time.Time) (Range, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.next(at)
}

func (t *Timetable) next(at time.Time) (Range, bool) {
	t.sort()
	i, _ := slices.BinarySearchFunc(t.stretches, at, func(r Range, at time.Time) int {
		if r.End.After(at) {
			return 1
		}
		return -1
	})
	if i == len(t.stretches) {
		return Range{}, false
	}
	return t.stretches[i], true
}

// begins returns the start of the first file that begins at the time from or later; false where there is none.
func (t *Timetable) begins(from time.Time) (time.Time, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sort()
	i, _ := slices.BinarySearchFunc(t.files, from, func(f File, from time.Time) int {
		if f.Start.Before(from) {
			return -1
		}
		return 1
	})
	if i == len(t.files) {
		return time.Time{}, false
	}
	return t.files[i].Start, true
}

// within returns the time at, or the recorded time next to it where at lies outside the recordings and they are all known: the start of
// the next one, or the last end.
func (t *Timetable) within(at time.Time) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	stretch, ok := t.next(at)
	switch {
	case !t.complete || len(t.stretches) == 0:
		return at
	case ok:
		return later(at, stretch.Start)
	}
	return t.stretches[len(t.stretches)-1].End
}

// outlook is what is known at one moment.
type outlook struct {
	complete bool
	known    bool   // there is a file
	version  uint64 // differs when anything has changed
	changed  <-chan struct{}
}

func (t *Timetable) outlook() outlook {
	t.mu.Lock()
	defer t.mu.Unlock()
	return outlook{complete: t.complete, known: len(t.files) > 0, version: t.version, changed: t.changed}
}

func (t *Timetable) change() {
	t.version++
	close(t.changed)
	t.changed = make(chan struct{})
}

// sort puts the files in order and finds the stretches, where files have come since the last time.
func (t *Timetable) sort() {
	if !t.stale {
		return
	}
	t.stale = false
	slices.SortStableFunc(t.files, func(a, b File) int {
		if c := a.Start.Compare(b.Start); c != 0 {
			return c
		}
		return a.End.Compare(b.End)
	})
	t.stretches = t.stretches[:0]
	for _, f := range t.files {
		r := f.Range
		if r.Start.Before(t.asked.Start) {
			r.Start = t.asked.Start
		}
		if t.clip == ClipAsked && r.End.After(t.asked.End) {
			r.End = t.asked.End
		}
		last := len(t.stretches) - 1
		if last < 0 || r.Start.Sub(t.stretches[last].End) >= seam {
			t.stretches = append(t.stretches, r)
		} else if r.End.After(t.stretches[last].End) {
			t.stretches[last].End = r.End
		}
	}
}
