package rtspsource

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/media"
)

// Config says what to pull and how. The zero value of each field but URL means the default.
type Config struct {
	// URL is rtsp://host:port/path?query or rtsps://..., without credentials. It is sent byte for byte as given; the port defaults to
	// 554, or 322 with TLS. The certificate is not verified: recorders sign their own.
	URL string
	// User and Password answer the device's challenge. Both empty means that there are none to give.
	User, Password string
	// AllowBasic allows basic authentication, which sends the password readable, where the device offers nothing better.
	AllowBasic bool
	// DialContext opens the connection, as net.Dialer does, which is the default.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// Timeout is for the dial and for each answer, 4 s by default.
	Timeout time.Duration
	// Silence is how long no picture (of a stream without pictures: no sound) may come before the run ends with ErrSilent, by default 5 s,
	// and 10 s for a recording. Time in which the sink blocks does not count.
	Silence time.Duration
	// Recording plays a recording; nil is live.
	Recording *Recording
	// Log takes what helps to understand a device, at debug level. None by default.
	Log *zap.Logger
}

const (
	defaultTimeout = 4 * time.Second
	defaultSilence = 5 * time.Second
)

// Source pulls one stream of a device. It is a media.Source: the video is track 0, the audio, where there is one that can be carried,
// track 1. Only one Run at a time may be going on; Stats may be called by any goroutine.
type Source struct {
	cfg      Config
	url      *url.URL
	counters counters
}

var _ media.Source = (*Source)(nil)

// New checks cfg and returns a source that has opened nothing yet.
func New(cfg Config) (*Source, error) {
	u, err := parseURL(cfg.URL)
	if err != nil {
		return nil, err
	}
	if cfg.Timeout < 0 || cfg.Silence < 0 {
		return nil, errors.New("time limits of an RTSP source must not be negative")
	}
	if err := cfg.Recording.check(); err != nil {
		return nil, err
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.Silence == 0 {
		cfg.Silence = defaultSilence
		if cfg.Recording != nil {
			cfg.Silence = recordingSilence
		}
	}
	if cfg.DialContext == nil {
		cfg.DialContext = (&net.Dialer{}).DialContext
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	return &Source{cfg: cfg, url: u}, nil
}

// Run implements media.Source. It returns nil when ctx ended and an error otherwise: the sink's own, or an *Error that wraps ErrAuth,
// ErrTimeout, ErrSilent, ErrNoVideo, ErrClosed or ErrProtocol, or that carries the device's status. The session is torn down and the
// connection closed when it returns, within a second of the end of ctx provided that the sink does not block.
//
// With Config.Recording it also returns nil when the device, playing, ends the recording: by RTCP BYE, ANNOUNCE or PLAY_NOTIFY and half a
// second without media, by TEARDOWN, or by closing the connection after media came. A reset connection and silence stay errors.
//
// The sink may block for as long as it likes: the device is kept waiting and the session alive.
func (s *Source) Run(ctx context.Context, sink media.Sink) error {
	s.counters.notes.Store(nil)
	err := s.pull(ctx, sink)
	if ctx.Err() != nil || errors.Is(err, errOver) {
		err = nil
	}
	return err
}

func (s *Source) pull(ctx context.Context, sink media.Sink) error {
	socket, err := s.dial(ctx)
	if err != nil {
		return err
	}
	return newSession(s, socket, sink).run(ctx)
}

// dial connects, with TLS where the address says so.
func (s *Source) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	socket, err := s.cfg.DialContext(ctx, "tcp", hostPort(s.url))
	if err != nil {
		return nil, dialError(err)
	}
	if s.url.Scheme != "rtsps" {
		return socket, nil
	}
	secure := tls.Client(socket, &tls.Config{
		ServerName:         s.url.Hostname(),
		InsecureSkipVerify: true, //nolint:gosec // recorders sign their own certificates; there is nothing to verify against
	})
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, dialError(errors.Join(fmt.Errorf("TLS: %w", err), socket.Close()))
	}
	return secure, nil
}

func dialError(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
		err = fmt.Errorf("%w: %w", ErrTimeout, err)
	}
	return &Error{Step: StepDial, Err: err}
}
