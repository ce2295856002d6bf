package sdkway

import (
	"bytes"
	"time"

	"mediapusher/internal/media"
	"mediapusher/playback"
)

// clockDoubt is how far outside what was asked for a device's clock may show the pictures of a recording, and be believed.
const clockDoubt = time.Minute

// output is the way to a sink whose tracks are told.
type output struct {
	sink      media.Sink
	recording *playback.Request // nil for a live stream

	video, audio *media.Track // as they were told
	first, last  int64        // PTS of pictures
	wall         time.Time    // of the newest picture that has one
}

// open tells the tracks, and of a recording the time of its first picture, where the stream shows it. The units stay the caller's.
func (o *output) open(tracks []*media.Track, held []*media.AccessUnit) error {
	for _, track := range tracks {
		if track.Codec.Video() {
			o.video = track
		} else {
			o.audio = track
		}
	}
	if err := o.sink.SetTracks(tracks); err != nil {
		return err
	}
	for _, au := range held {
		if !au.Track.Codec.Video() {
			continue
		}
		o.first, o.last = au.PTS, au.PTS
		if o.recording != nil && o.recording.Began != nil {
			o.recording.Began(playback.Began{Start: au.Wall})
		}
		break
	}
	return nil
}

// changed tells a unit whose coding is another than the sink was told. New parameter sets alone are no change.
func (o *output) changed(now *media.Track) (from, to media.Codec, changed bool) {
	told := o.video
	if !now.Codec.Video() {
		told = o.audio
	}
	if told == nil || told == now {
		return 0, 0, false
	}
	changed = told.Codec != now.Codec || told.SampleRate != now.SampleRate || told.Channels != now.Channels ||
		!bytes.Equal(told.AudioConfig, now.AudioConfig)
	return told.Codec, now.Codec, changed
}

// write hands a unit on. Sound that the sink was not told of is dropped.
func (o *output) write(au *media.AccessUnit) error {
	if au.Track.Codec.Video() {
		o.last = max(o.last, au.PTS)
		if !au.Wall.IsZero() {
			o.wall = au.Wall
		}
	} else if o.audio == nil {
		au.Release()
		return nil
	}
	return o.sink.Write(au)
}

// nearEnd tells whether a recording has come about to the end of what was asked for, by the device's clock or by the length of what came.
func (o *output) nearEnd() bool {
	if o.video == nil || o.recording == nil || o.recording.End.IsZero() {
		return false
	}
	at, end := o.wall, o.recording.End
	if at.Before(o.recording.Start.Add(-clockDoubt)) || at.After(end.Add(clockDoubt)) {
		at = o.recording.Start.Add(duration(o.last - o.first)) // no clock, or one of another zone
	}
	return !at.Before(end.Add(-nearEnd))
}
