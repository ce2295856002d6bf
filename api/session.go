package api

import (
	"math"
	"net/http"
	"time"

	"mediapusher/playback"
	"mediapusher/task"
)

// sessionView is a session in answers: state, way, codecs, rates and ages. Ages are seconds, null where there was nothing yet. It
// holds no handle.
type sessionView struct {
	ID         string `json:"session_id"`
	Kind       string `json:"kind"`
	State      string `json:"state"`
	Vendor     string `json:"vendor"`
	Address    string `json:"address"`
	Channel    int    `json:"channel"`
	StreamType string `json:"stream_type"`
	Way        string `json:"way"`
	WayReason  string `json:"way_reason,omitempty"` // why not by another one
	Stream     string `json:"stream"`
	Server     string `json:"server"`

	VideoCodec string  `json:"video_codec"`
	AudioCodec string  `json:"audio_codec"`
	AudioNote  string  `json:"audio_note"`
	Width      int     `json:"width"`
	Height     int     `json:"height"`
	FrameRate  float64 `json:"frame_rate"` // as the stream says, pictures a second

	BitsPerSecond   float64 `json:"bits_per_second"`
	FramesPerSecond float64 `json:"frames_per_second"`
	Dropped         uint64  `json:"dropped"`

	Age          *float64 `json:"age"`
	LastKeyFrame *float64 `json:"last_key_frame_age"`
	LastFrame    *float64 `json:"last_frame_age"`
	LastError    string   `json:"last_error"` // the newer one of the two legs
	LastErrorAge *float64 `json:"last_error_age"`
	Clients      int      `json:"clients"`
	*progressView

	Source  legView `json:"source"`
	Publish legView `json:"publish"`
}

// progressView is where a playback stands, on the device's wall clock. A live session has none of its fields.
type progressView struct {
	Start    string  `json:"start_time"`
	Stop     string  `json:"stop_time"`
	Position string  `json:"position"`
	Speed    float64 `json:"speed"`
	Paused   bool    `json:"paused"`
}

// legView is one half of the road.
type legView struct {
	State        string   `json:"state"`
	Age          *float64 `json:"age"`
	Reconnects   int      `json:"reconnects"`
	Bytes        uint64   `json:"bytes"`
	Units        uint64   `json:"units"`
	LastError    string   `json:"last_error"`
	LastErrorAge *float64 `json:"last_error_age"`
}

func newSessionView(s task.Snapshot, now time.Time) sessionView {
	newest := s.Source
	if s.Publish.LastErrorAt.After(newest.LastErrorAt) {
		newest = s.Publish
	}
	return sessionView{
		ID: s.ID, Kind: s.Kind, State: string(s.State), Vendor: string(s.Vendor), Address: s.Address, Channel: s.Channel,
		StreamType: s.StreamType, Way: s.Way, WayReason: clean(s.WayReason, ""), Stream: s.Stream, Server: clean(s.Server, ""),
		VideoCodec: s.VideoCodec, AudioCodec: s.AudioCodec, AudioNote: s.AudioNote,
		Width: s.Width, Height: s.Height, FrameRate: finite(s.FrameRate),
		BitsPerSecond: finite(s.BitsPerSecond), FramesPerSecond: finite(s.FramesPerSecond), Dropped: s.Dropped,
		Age: age(s.Started, now), LastKeyFrame: age(s.LastKeyFrame, now), LastFrame: age(s.LastFrame, now),
		LastError: clean(newest.LastError, ""), LastErrorAge: age(newest.LastErrorAt, now),
		Clients: s.Clients, progressView: newProgressView(s.Recording),
		Source: newLegView(s.Source, now), Publish: newLegView(s.Publish, now),
	}
}

func newProgressView(p *task.Progress) *progressView {
	if p == nil {
		return nil
	}
	return &progressView{
		Start: playback.FormatTime(p.Range.Start), Stop: playback.FormatTime(p.Range.End), Position: playback.FormatTime(p.Position),
		Speed: precise(p.Speed), Paused: p.Paused,
	}
}

func newLegView(l task.Leg, now time.Time) legView {
	return legView{
		State: l.State, Age: age(l.Since, now), Reconnects: l.Reconnects, Bytes: l.Bytes, Units: l.Units,
		LastError: clean(l.LastError, ""), LastErrorAge: age(l.LastErrorAt, now),
	}
}

// age is how long ago t was, in seconds down to a millisecond.
func age(t, now time.Time) *float64 {
	if t.IsZero() {
		return nil
	}
	seconds := float64(max(now.Sub(t), 0).Milliseconds()) / 1000
	return &seconds
}

// finite keeps a mean over no time at all from spoiling the JSON, and cuts digits nobody needs.
func finite(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return math.Round(f*100) / 100
}

// precise is finite for speeds, which go down to an eighth.
func precise(f float64) float64 { return finite(f*10) / 10 }

// session is GET /STREAM/{play_handle}: what a caller may know of its own session. It does not renew the lease.
func (s *server) session(_ http.ResponseWriter, r *http.Request) reply {
	handle, err := handleOf(r)
	if err != nil {
		return refused(err)
	}
	snapshot, err := s.tasks.Status(handle)
	if err != nil {
		return refused(err)
	}
	rtmp, others := s.resolve(r, snapshot.Stream)
	return reply{status: http.StatusOK, body: struct {
		answer
		sessionView
		RTMP string `json:"rtmp_url"`
		addresses
	}{answer{codeNoError, okMessage}, newSessionView(snapshot, s.cfg.Now()), rtmp, others}}
}
