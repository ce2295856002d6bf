package sdkway

import (
	"time"

	"mediapusher/internal/media"
)

const (
	// promisedLimit is how long the first picture waits for sound that the stream promises. unknownLimit and unknownMedia are for a stream
	// that does not tell whether it has any: time on our clock, and of pictures.
	promisedLimit = time.Second
	unknownLimit  = 500 * time.Millisecond
	unknownMedia  = 300 * time.Millisecond

	// maxHeld and maxHeldBytes bound what is held meanwhile: a second of a camera at 60 pictures and 100 units of sound, and several of
	// the largest pictures.
	maxHeld      = 160
	maxHeldBytes = 4 * media.MaxUnitSize
)

// opening finds out which tracks a stream has, by what comes: a library announces none, and a sink is told all of them at once. Units are
// held from the first picture on until the first sound, or until it has been waited for long enough. A stream whose sound begins later
// than that stays without it until it is started anew.
type opening struct {
	demuxer      Demuxer
	video, audio *media.Track
	held         []*media.AccessUnit
	size         int
	since        time.Time // of the first picture
	first, last  int64     // PTS of pictures
}

func newOpening(demuxer Demuxer) *opening { return &opening{demuxer: demuxer} }

// hold takes a unit and the ownership of it, and tells whether there is more to wait for. Sound before the first picture tells that there
// is sound, and is of no other use.
func (o *opening) hold(au *media.AccessUnit) (more bool) {
	switch {
	case !au.Track.Codec.Video():
		o.audio = au.Track
		if o.video == nil {
			au.Release()
			return true
		}
	case o.video == nil:
		o.video, o.since, o.first = au.Track, time.Now(), au.PTS
		o.last = o.first
	default:
		o.last = max(o.last, au.PTS)
	}
	o.held = append(o.held, au)
	o.size += au.Size()
	return o.waits()
}

func (o *opening) waits() bool {
	if o.video == nil {
		return true
	}
	limit, pictures := o.limits()
	return o.audio == nil && limit > 0 && len(o.held) < maxHeld && o.size < maxHeldBytes &&
		time.Since(o.since) < limit && duration(o.last-o.first) < pictures
}

// limits are how long sound is waited for, on our clock and in pictures; 0 where the stream says that it has none.
func (o *opening) limits() (limit, pictures time.Duration) {
	stream, tells := o.demuxer.(promising)
	switch {
	case !tells:
		return unknownLimit, unknownMedia
	case stream.AudioPromised():
		return promisedLimit, promisedLimit
	default:
		return 0, 0
	}
}

// patience is how much longer what is held may wait. holding is false where nothing is held.
func (o *opening) patience() (left time.Duration, holding bool) {
	if o == nil || o.video == nil {
		return 0, false
	}
	limit, _ := o.limits()
	return max(limit-time.Since(o.since), 0), true
}

// end returns the tracks in the order of their numbers, and what was held, which the caller owns.
func (o *opening) end() ([]*media.Track, []*media.AccessUnit) {
	tracks := []*media.Track{o.video}
	if o.audio != nil {
		tracks = append(tracks, o.audio)
	}
	return tracks, o.held
}

// duration turns a distance of PTS into time.
func duration(ticks int64) time.Duration { return time.Duration(ticks) * time.Second / media.ClockRate }
