package main

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mediapusher/internal/doctor"
	"mediapusher/internal/srs"
	"mediapusher/pusher"
)

// likeSRS ends publishes as SRS does: it looks whether anything came after the first time-out, and again after each further one.
type likeSRS struct {
	first, further time.Duration
	hevc           pusher.HEVC
	most           int // publishes at a time, 0 for any
	refusal        error

	mu    sync.Mutex
	conns map[string]*likeSRSConn
}

func (s *likeSRS) Dial(_ context.Context, stream string) (pusher.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refusal != nil {
		return nil, s.refusal
	}
	if s.most > 0 && len(s.conns) >= s.most {
		return nil, io.EOF
	}
	c := &likeSRSConn{server: s, done: make(chan struct{})}
	s.conns[stream] = c
	go c.run()
	return c, nil
}

// find answers as the API does.
func (s *likeSRS) find(_ context.Context, stream string) (srs.Stream, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.conns[stream]
	if !ok {
		return srs.Stream{}, false, nil
	}
	return srs.Stream{Name: stream, VideoCodec: c.codec, Publishing: true}, true, nil
}

type likeSRSConn struct {
	server *likeSRS
	done   chan struct{}

	// The server's mutex guards these.
	messages int
	codec    string
	latest   uint32 // of the pictures, in ms
	err      error
}

func (c *likeSRSConn) run() {
	for wait, seen := c.server.first, 0; ; wait = c.server.further {
		select {
		case <-c.done:
			return
		case <-time.After(wait):
		}
		c.server.mu.Lock()
		silent := c.messages == seen
		seen = c.messages
		c.server.mu.Unlock()
		if silent {
			c.end(io.EOF)
			return
		}
	}
}

func (c *likeSRSConn) end(err error) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	if c.err == nil {
		c.err = err
		close(c.done)
	}
}

func (c *likeSRSConn) WriteMessage(typeID byte, timestamp uint32, body [][]byte) error {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.messages++
	c.latest = max(c.latest, timestamp)
	if typeID == pusher.TypeVideo && c.codec == "" {
		c.codec = "H.264"
		if body[0][0]&0x80 != 0 { // of enhanced RTMP
			c.codec = "H.265"
		}
	}
	return c.err
}

func (c *likeSRSConn) KeepAlive() error      { return c.WriteMessage(0, 0, nil) }
func (*likeSRSConn) Flush() error            { return nil }
func (c *likeSRSConn) HEVC() pusher.HEVC     { return c.server.hevc }
func (*likeSRSConn) Server() string          { return "SRS/6.0.155" }
func (c *likeSRSConn) Done() <-chan struct{} { return c.done }
func (c *likeSRSConn) Close() error          { c.end(io.EOF); return nil }
func (c *likeSRSConn) Err() error            { c.server.mu.Lock(); defer c.server.mu.Unlock(); return c.err }

func TestPublishTrial(t *testing.T) {
	nobody := func(context.Context, string) (srs.Stream, bool, error) { return srs.Stream{}, false, nil }
	broken := func(context.Context, string) (srs.Stream, bool, error) { return srs.Stream{}, false, io.EOF }
	refused := &pusher.Error{Step: pusher.StepPublish, Words: "NetStream.Publish.Rejected"}
	failedTo := func(step string) error { return &pusher.Error{Step: step, Err: io.EOF} }
	for name, test := range map[string]struct {
		server  *likeSRS
		find    func(context.Context, string) (srs.Stream, bool, error) // nil for the server's own
		silence time.Duration
		kept    bool
		listed  *bool
		hevc    *bool
		refusal doctor.Refusal
		err     error
	}{
		"defaults": {
			server:  &likeSRS{first: 20 * time.Second, further: 5 * time.Second, hevc: pusher.HEVCEnhanced},
			silence: 5 * time.Second, kept: true, listed: new(true), hevc: new(true),
		},
		"too short":         {server: &likeSRS{first: 9 * time.Second, further: 1500 * time.Millisecond}, silence: 1500 * time.Millisecond, listed: new(true), kept: true},
		"both short":        {server: &likeSRS{first: time.Second, further: 700 * time.Millisecond}, silence: 700 * time.Millisecond, listed: new(true)},
		"one at a time":     {server: &likeSRS{first: 5 * time.Second, further: 5 * time.Second, most: 1}, silence: 10 * time.Second, kept: true, listed: new(true)},
		"bears silence":     {server: &likeSRS{first: time.Hour, further: time.Hour}, kept: true, listed: new(true)},
		"of another server": {server: &likeSRS{first: time.Hour, further: time.Hour, hevc: pusher.HEVCEnhanced}, find: nobody, kept: true, listed: new(false)},
		"an API that fails": {server: &likeSRS{first: time.Hour, further: time.Hour}, find: broken, kept: true},
		"refused":           {server: &likeSRS{refusal: refused}, err: refused, refusal: doctor.OfStream, kept: true},
		"no such app":       {server: &likeSRS{refusal: failedTo(pusher.StepConnect)}, err: io.EOF, refusal: doctor.OfApp, kept: true},
		"hook on connect":   {server: &likeSRS{refusal: failedTo(pusher.StepCreateStream)}, err: io.EOF, refusal: doctor.OfApp, kept: true},
		"ended at once":     {server: &likeSRS{refusal: failedTo(pusher.StepRead)}, err: io.EOF, refusal: doctor.OfStream, kept: true},
		"slow":              {server: &likeSRS{refusal: &pusher.Error{Step: pusher.StepPublish, Err: context.DeadlineExceeded}}, err: context.DeadlineExceeded, kept: true},
		"ended after it":    {server: &likeSRS{first: time.Millisecond, further: 10 * time.Millisecond}, silence: 0, err: io.EOF, refusal: doctor.OfStream, listed: new(true)},
		"no answer":         {server: &likeSRS{refusal: failedTo(pusher.StepDial)}, err: io.EOF, kept: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				test.server.conns = map[string]*likeSRSConn{}
				trial := publishTrial{dialer: test.server, find: test.server.find, limit: trialLimit}
				if test.find != nil {
					trial.find = test.find
				}
				began := time.Now()
				got := trial.run(t.Context())
				if test.err == nil && got.Silence != test.silence || (got.Kept == nil) != test.kept || got.Refusal != test.refusal || !errors.Is(got.Err, test.err) {
					t.Errorf("%+v", got)
				}
				if !same(got.Listed, test.listed) || !same(got.HEVC, test.hevc) {
					t.Errorf("listed %v, H.265 %v", got.Listed, got.HEVC)
				}
				if took := time.Since(began); took > trialLimit {
					t.Errorf("it takes %v", took)
				}
				for _, conn := range test.server.conns {
					if conn.Err() == nil {
						t.Error("a stream is left behind")
					}
					if conn.codec != "" && conn.latest < 1000 {
						t.Errorf("the pictures reach to %d ms only: MediaMTX would not take the stream for complete", conn.latest)
					}
				}
			})
		})
	}
}

func same(a, b *bool) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
