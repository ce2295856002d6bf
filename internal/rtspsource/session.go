package rtspsource

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/media"
)

// byeTime is how long a stream may still go on when the device has said that it ends (RTCP BYE, ANNOUNCE), before the run ends with
// ErrClosed. Some devices say so and go on with a new SSRC.
const byeTime = 500 * time.Millisecond

// session is one run of a source. The goroutine of Run reads the socket and writes to the sink; a second one leads the conversation until
// the device plays, through gortsplib, which has goroutines of its own.
type session struct {
	src     *Source
	log     *zap.Logger
	socket  net.Conn
	sink    media.Sink
	reader  reader
	answers *answers
	auth    *authenticator
	talk    *talk

	routing atomic.Pointer[routing] // set before the device is asked to play

	packet     packet
	playing    time.Time // when the device answered PLAY; zero before
	lastMedia  time.Time // when the sink had taken it
	bye        bool      // the device has said that the stream ends
	early      []element // of a recording, before the answer to PLAY
	earlyBytes int
}

// routing tells where a frame goes.
type routing struct {
	channels channels
	tracks   []*track
}

func newSession(src *Source, socket net.Conn, sink media.Sink) *session {
	s := &session{
		src: src, log: src.cfg.Log, socket: socket, sink: sink,
		reader:  reader{socket: socket, buf: make([]byte, readBufferBytes)},
		answers: newAnswers(socket, src.cfg.Timeout),
		auth:    &authenticator{user: src.cfg.User, password: src.cfg.Password, allowBasic: src.cfg.AllowBasic},
	}
	s.talk = newTalk(s)
	return s
}

// run leads the session from the first request to the end of the connection.
func (s *session) run(ctx context.Context) error {
	defer s.socket.Close()
	if err := s.talk.client.Start("rtsp", hostPort(s.src.url)); err != nil {
		return fmt.Errorf("start RTSP client: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = s.socket.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()

	negotiated := make(chan error, 1)
	go func() {
		err := s.talk.negotiate()
		if err != nil {
			cancel()
		}
		negotiated <- err
	}()
	err := s.read(ctx)
	s.settle()
	s.answers.end(err)
	if failed := <-negotiated; failed != nil {
		err = failed
	}
	if r := s.routing.Load(); r != nil {
		for _, t := range r.tracks {
			t.depacket.drop()
		}
	}
	if closing := s.talk.client.Close(); closing != nil {
		s.log.Debug("RTSP client ended", zap.Error(closing))
	}
	s.part()
	return err
}

// read takes everything from the socket until the run ends.
func (s *session) read(ctx context.Context) error {
	s.lastMedia = time.Now()
	if err := s.wait(ctx, s.src.cfg.Silence); err != nil {
		return err
	}
	for {
		n, err := s.reader.fill()
		now := time.Now()
		s.src.counters.bytes.Add(uint64(n))
		if handling := s.handle(ctx, now); handling != nil {
			return handling
		}
		if s.lastMedia.Equal(now) {
			// A sink that blocks makes the device wait; that is not the device's silence.
			s.lastMedia = time.Now()
		}
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return ctx.Err()
		case isTimeout(err):
			if err := s.watch(ctx, now); err != nil {
				return err
			}
		default:
			return s.closed(fmt.Errorf("%w: %w", ErrClosed, err), err)
		}
	}
}

// isTimeout tells whether a deadline passed.
func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func readError(err error) error { return &Error{Step: StepRead, Err: err} }

// wait sets how long the next reads may take. The end of ctx cuts them short.
func (s *session) wait(ctx context.Context, d time.Duration) error {
	if err := s.socket.SetReadDeadline(time.Now().Add(d)); err != nil {
		return readError(fmt.Errorf("%w: %w", ErrClosed, err))
	}
	return ctx.Err()
}

// watch ends a run that is silent.
func (s *session) watch(ctx context.Context, now time.Time) error {
	limit := s.src.cfg.Silence
	if s.playing.IsZero() {
		return s.wait(ctx, limit)
	}
	if s.bye {
		limit = min(limit, byeTime)
	}
	since := s.lastMedia
	if s.playing.After(since) {
		since = s.playing
	}
	idle := now.Sub(since)
	switch {
	case idle < limit:
		return s.wait(ctx, limit-idle)
	case s.bye:
		return s.over(fmt.Errorf("%w: it announced the end of the stream", ErrClosed))
	default:
		return readError(fmt.Errorf("%w for %v", ErrSilent, idle.Round(time.Millisecond)))
	}
}

// handle takes all complete elements that were read.
func (s *session) handle(ctx context.Context, now time.Time) error {
	r := s.routing.Load()
	if r != nil {
		s.reader.framer.channels = &r.channels
	}
	for {
		e, err := s.reader.next()
		if err != nil {
			return readError(err)
		}
		switch e.kind {
		case kindMore:
			return nil
		case kindStray:
			if s.reader.framer.lostStep() {
				s.src.counters.bad.Add(1)
			}
		case kindFrame:
			if r != nil {
				err = s.frame(ctx, r, &e, now)
			}
		case kindMessage:
			err = s.message(ctx, &e, now)
		}
		if err == nil {
			// A sink that blocked gives way when ctx has ended, and may not be given the rest of the buffer.
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// frame takes an interleaved frame.
func (s *session) frame(ctx context.Context, r *routing, e *element, now time.Time) error {
	if s.playing.IsZero() && s.src.cfg.Recording != nil {
		s.keep(e)
		return nil
	}
	use := r.channels[e.channel]
	switch use.kind {
	case channelRTP:
		t := r.tracks[use.track]
		var ok bool
		if s.packet, ok = parseRTP(e.data); !ok || s.packet.payloadType != t.payloadType {
			s.src.counters.bad.Add(1)
			return nil
		}
		s.packet.arrival = now
		s.src.counters.packets.Add(1)
		if use.track == 0 { // the pictures, where there are any: sound alone leaves a black picture
			s.lastMedia = now
			s.bye = false
		}
		return t.rtp(&s.packet)
	case channelRTCP:
		told := parseRTCP(e.data)
		r.tracks[use.track].report(told.wall, told.timestamp)
		if told.bye && use.track == 0 {
			return s.ending(ctx)
		}
	case channelUnknown:
	}
	return nil
}

// ending notes that the device has announced the end.
func (s *session) ending(ctx context.Context) error {
	s.bye = true
	return s.wait(ctx, byeTime)
}

// message takes an answer or a request of the device.
func (s *session) message(ctx context.Context, e *element, now time.Time) error {
	h, err := parseHead(e.data)
	if err != nil {
		return readError(err)
	}
	if h.status == 0 {
		s.log.Debug("RTSP request by the device", zap.String("method", printable(h.method)))
		if err := s.answers.reply(writeReply(&h)); err != nil {
			return readError(fmt.Errorf("%w: %w", ErrClosed, err))
		}
		switch h.method {
		case "TEARDOWN":
			return s.over(fmt.Errorf("%w: TEARDOWN", ErrClosed))
		case "ANNOUNCE", "PLAY_NOTIFY":
			return s.ending(ctx)
		}
		return nil
	}
	if h.status < 200 {
		return nil
	}
	asked := s.answers.deliver(cleanAnswer(&h, e.body))
	if asked == StepPlay && h.status < 300 {
		return s.begin(ctx, &h, now)
	}
	if asked == "" && h.status == statusUnauthorized {
		// A keep-alive whose nonce has run out; the next one is signed with the new nonce.
		if err := s.auth.refused(h.all("WWW-Authenticate")); err != nil {
			s.log.Debug("RTSP keep-alive refused", zap.Error(err))
		}
	}
	return nil
}
