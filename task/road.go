package task

import (
	"math"
	"sync/atomic"
	"time"

	"mediapusher/internal/aac"
	"mediapusher/internal/media"
)

// road is the chain of a session from the device's access units to the queue, with taps that count and report.
//
//	tap -> Normaliser -> Timeline -> Transcoder -> mark -> Queue
type road struct {
	tap        *tap
	normaliser *media.Normaliser
	transcoder *aac.Transcoder
	marked     *mark
	queue      *media.Queue
}

// newRoad builds a chain with a queue as it says. described is called in each run of the source when the tracks are known, received when
// its first unit has come, and picture when its first random-access unit has reached the queue; all on the source's goroutine.
func newRoad(audio aac.Policy, queue media.QueueConfig, described, received, picture func()) *road {
	r := &road{queue: media.NewQueue(queue)}
	r.marked = &mark{next: r.queue, described: described, picture: picture}
	r.transcoder = aac.New(r.marked, audio)
	r.normaliser = media.NewNormaliser(media.NewTimeline(r.transcoder))
	r.tap = &tap{next: r.normaliser, received: received}
	return r
}

// tap counts what the device sends.
type tap struct {
	next     media.Sink
	received func()
	meter    meter
	tracks   atomic.Pointer[[]*media.Track]
	audio    atomic.Bool // audio has come in this run
	any      bool        // of the source's goroutine: something has come in this run
}

func (t *tap) SetTracks(tracks []*media.Track) error {
	t.tracks.Store(&tracks)
	t.audio.Store(false)
	t.any = false
	return t.next.SetTracks(tracks)
}

func (t *tap) Write(au *media.AccessUnit) error {
	video := au.Track.Codec.Video()
	if !video && !t.audio.Load() {
		t.audio.Store(true)
	}
	t.meter.add(au.Size(), video, au.Arrival)
	if !t.any {
		t.any = true
		t.received()
	}
	return t.next.Write(au)
}

// announced returns the tracks of the newest stream description, as the device told them; nil before the first.
func (t *tap) announced() []*media.Track { return load(&t.tracks) }

// promised returns the tracks of the newest stream description as they reach the queue, nil before the first.
func (r *road) promised() []*media.Track { return load(&r.marked.tracks) }

func load(tracks *atomic.Pointer[[]*media.Track]) []*media.Track {
	if t := tracks.Load(); t != nil {
		return *t
	}
	return nil
}

// mark reports what is about to enter the queue.
type mark struct {
	next      media.Sink
	described func()
	picture   func()
	seen      bool // of the source's goroutine
	tracks    atomic.Pointer[[]*media.Track]
	video     atomic.Pointer[media.Track]
}

func (m *mark) SetTracks(tracks []*media.Track) error {
	m.seen = false
	if err := m.next.SetTracks(tracks); err != nil {
		return err
	}
	m.tracks.Store(&tracks)
	m.described()
	return nil
}

func (m *mark) Write(au *media.AccessUnit) error {
	first := !m.seen && au.RandomAccess
	if au.RandomAccess && au.Track != m.video.Load() {
		m.video.Store(au.Track)
	}
	if err := m.next.Write(au); err != nil {
		return err
	}
	if first {
		m.seen = true
		m.picture()
	}
	return nil
}

// meterWindow is the time over which rates are means.
const meterWindow = 2 * time.Second

// meter counts units and bytes and keeps the newest rates. add belongs to one goroutine, the rest may be called by any.
type meter struct {
	bytes, units atomic.Uint64

	begin          time.Time
	size, pictures int

	bitRate, frameRate atomic.Uint64 // math.Float64bits
	measured           atomic.Int64  // Unix ns; 0 before the first window is over
}

func (m *meter) add(size int, picture bool, at time.Time) {
	m.bytes.Add(uint64(size))
	m.units.Add(1)
	if m.begin.IsZero() || at.Sub(m.begin) > 2*meterWindow {
		m.begin, m.size, m.pictures = at, 0, 0
	}
	if span := at.Sub(m.begin); span >= meterWindow {
		m.bitRate.Store(math.Float64bits(float64(m.size*8) / span.Seconds()))
		m.frameRate.Store(math.Float64bits(float64(m.pictures) / span.Seconds()))
		m.measured.Store(at.UnixNano())
		m.begin, m.size, m.pictures = at, 0, 0
	}
	m.size += size
	if picture {
		m.pictures++
	}
}

// rates returns bits and pictures a second, zero where nothing was measured lately.
func (m *meter) rates(now time.Time) (bits, pictures float64) {
	if now.Sub(time.Unix(0, m.measured.Load())) > 2*meterWindow+time.Second {
		return 0, 0
	}
	return math.Float64frombits(m.bitRate.Load()), math.Float64frombits(m.frameRate.Load())
}
