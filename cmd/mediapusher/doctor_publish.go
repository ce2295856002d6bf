package main

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"time"

	"mediapusher/internal/doctor"
	"mediapusher/internal/media"
	"mediapusher/internal/srs"
	"mediapusher/pusher"
)

const (
	// trialLimit bounds a trial: SRS waits 20 s for the first message and then 5 s for each further one.
	trialLimit = 30 * time.Second
	// listLimit is how long a server may take until its API lists a stream, askAgain how often it is asked.
	listLimit, askAgain = 5 * time.Second, 500 * time.Millisecond
	// trialGrace is for streams that began a little later than the one that was ended, and leastSilence tells ends that belong together.
	trialGrace, leastSilence = time.Second, 500 * time.Millisecond
)

// publishTrial publishes test streams to learn what a server does.
type publishTrial struct {
	dialer pusher.Dialer
	// find looks for a stream by the API at the address api, nil where there is none.
	find  func(ctx context.Context, stream string) (srs.Stream, bool, error)
	api   string
	limit time.Duration
}

// testStream is one of them.
type testStream struct {
	name  string
	conn  pusher.Conn
	began time.Time
}

// run publishes a stream of one picture that is silent afterwards, and measures when the server ends it. SRS looks at the first message
// after one time-out, and for further ones after another (SrsRtmpConn::do_publishing); so a stream without any picture is measured at the
// same time, and what lies between both ends is the second time-out. A third is kept alive as the service does it.
func (p *publishTrial) run(ctx context.Context) *doctor.Trial {
	trial := &doctor.Trial{Limit: p.limit, KeepAlive: pusher.DefaultKeepAlive, API: p.api}
	ctx, cancel := context.WithTimeout(ctx, p.limit)
	defer cancel()
	silent, err := p.publish(ctx, avcPicture())
	if err != nil {
		trial.Err, trial.Refusal = err, refusalOf(err)
		return trial
	}
	defer silent.close()
	trial.Server = silent.conn.Server()
	// What a server does not let in beside the first is not measured.
	empty, _ := p.publish(ctx, nil)
	defer empty.close()
	kept, _ := p.publish(ctx, avcPicture())
	defer kept.close()
	var emptyFor time.Duration
	var waiting sync.WaitGroup
	waiting.Go(func() { trial.Listed, trial.HEVC = p.look(ctx, silent) })
	waiting.Go(func() { emptyFor = empty.wait(ctx) })
	waiting.Go(func() { trial.Kept = kept.keep(ctx) })
	silentFor := silent.wait(ctx)
	select {
	case <-time.After(trialGrace):
	case <-ctx.Done():
	}
	cancel()
	waiting.Wait()
	if silentFor > 0 && silentFor < leastSilence { // no time-out: it was not let in
		trial.Err, trial.Refusal = silent.conn.Err(), doctor.OfStream
	}
	trial.Silence = silentFor.Round(100 * time.Millisecond)
	if between := silentFor - emptyFor; emptyFor > 0 && between >= leastSilence {
		trial.Silence = between.Round(100 * time.Millisecond)
	}
	return trial
}

// look asks the API for the stream, and for one in H.265 where the server takes it. What could not be asked is nil.
func (p *publishTrial) look(ctx context.Context, silent *testStream) (listed, hevc *bool) {
	if p.find == nil {
		return nil, nil
	}
	listed = p.await(ctx, silent, "")
	if listed == nil || !*listed || silent.conn.HEVC() == pusher.HEVCNone {
		return listed, nil
	}
	stream, err := p.publish(ctx, hevcPicture())
	if err != nil {
		return listed, nil
	}
	defer stream.close()
	return listed, p.await(ctx, stream, "H.265")
}

// await asks until the stream is listed with its codec; any will do where it is empty. It returns nil where the API does not answer.
func (p *publishTrial) await(ctx context.Context, stream *testStream, codec string) *bool {
	ctx, cancel := context.WithTimeout(ctx, listLimit)
	defer cancel()
	for {
		found, ok, err := p.find(ctx, stream.name)
		switch {
		case err != nil && ctx.Err() == nil:
			return nil
		case ok && (codec == "" || found.VideoCodec == codec):
			return new(true)
		}
		select {
		case <-time.After(askAgain):
		case <-stream.conn.Done():
			return new(false)
		case <-ctx.Done():
			return new(false)
		}
	}
}

// publish begins a stream with a name of its own, with a picture unless it is nil.
func (p *publishTrial) publish(ctx context.Context, picture *media.AccessUnit) (*testStream, error) {
	name := "mediapusher-doctor-" + strings.ToLower(rand.Text()[:8])
	conn, err := p.dialer.Dial(ctx, name)
	if err != nil {
		return nil, err
	}
	stream := &testStream{name, conn, time.Now()}
	if picture != nil {
		if err := show(conn, picture); err != nil {
			stream.close()
			return nil, err
		}
	}
	return stream, nil
}

// show sends a picture, and again as if some seconds had passed: MediaMTX does not count what comes before a second of pictures.
func show(conn pusher.Conn, picture *media.AccessUnit) error {
	const later = 2 * 90000 // in 1/90000 s
	remuxer := pusher.NewRemuxer(conn, conn.HEVC())
	if err := remuxer.Write(picture); err != nil {
		return err
	}
	picture.PTS, picture.DTS = picture.PTS+later, picture.DTS+later
	return remuxer.Write(picture)
}

// close ends a stream; there may be none.
func (s *testStream) close() {
	if s != nil {
		_ = s.conn.Close() // it was a test
	}
}

// wait returns after how long the server ended the stream, 0 where it did not before ctx.
func (s *testStream) wait(ctx context.Context) time.Duration {
	if s == nil {
		return 0
	}
	select {
	case <-s.conn.Done():
		return time.Since(s.began)
	case <-ctx.Done():
		return 0
	}
}

// keep keeps a stream alive until ctx ends. It returns why the server ended it before.
func (s *testStream) keep(ctx context.Context) error {
	if s == nil {
		return nil
	}
	ticker := time.NewTicker(pusher.DefaultKeepAlive)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if err := s.conn.KeepAlive(); err != nil {
				return err
			}
		case <-s.conn.Done():
			return s.conn.Err()
		case <-ctx.Done():
			return nil
		}
	}
}

// refusalOf tells where a server refused. SRS looks at an app behind its answer to connect, nginx at a stream behind that to publish.
func refusalOf(err error) doctor.Refusal {
	var failed *pusher.Error
	if !errors.As(err, &failed) || errors.Is(err, context.DeadlineExceeded) {
		return doctor.Unanswered
	}
	switch failed.Step {
	case pusher.StepConnect, pusher.StepCreateStream:
		return doctor.OfApp
	case pusher.StepPublish, pusher.StepRead, pusher.StepWrite:
		return doctor.OfStream
	default:
		return doctor.Unanswered
	}
}

// avcPicture is a grey key frame of 64x64, in H.264's baseline.
func avcPicture() *media.AccessUnit {
	return picture(&media.Track{
		Codec: media.H264, Width: 64, Height: 64,
		SPS: []byte("\x67\x42\xc0\x0a\xd9\x04\x26\xc0\x44\x00\x00\x03\x00\x04\x00\x00\x03\x00\x08\x3c\x48\x99\x20"),
		PPS: []byte("\x68\xcb\x83\xcb\x20"),
	}, "\x65\x88\x84\x05\x7c\x98\xa0\x00\x20\x5b\x27\x27\x27\x5d\x75\xd7\x5d\x75\xd7\x5d\x75\xd7\x80")
}

// hevcPicture is the same in H.265's main profile.
func hevcPicture() *media.AccessUnit {
	return picture(&media.Track{
		Codec: media.H265, Width: 64, Height: 64,
		VPS: []byte("\x40\x01\x0c\x01\xff\xff\x01\x60\x00\x00\x03\x00\x90\x00\x00\x03\x00\x00\x03\x00\x1e\x95\x98\x09"),
		SPS: []byte("\x42\x01\x01\x01\x60\x00\x00\x03\x00\x90\x00\x00\x03\x00\x00\x03\x00\x1e\xa0\x20\x81\x05\x96\x56\x69\x24\xca" +
			"\xf0\x16\x80\x80\x00\x00\x03\x00\x80\x00\x00\x03\x00\x84"),
		PPS: []byte("\x44\x01\xc1\x72\xb4\x22\x40"),
	}, "\x28\x01\xaf\x13\x80\xe6\x68\xe3\xff\x1c\xfc\x7f\x6c\xf0")
}

func picture(track *media.Track, slice string) *media.AccessUnit {
	return &media.AccessUnit{Track: track, RandomAccess: true, Units: [][]byte{[]byte(slice)}}
}
