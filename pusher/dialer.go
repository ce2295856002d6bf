package pusher

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/yutopp/go-rtmp/handshake"
	"go.uber.org/zap"
)

// Defaults of RTMPConfig.
const (
	defaultDialTimeout  = 5 * time.Second
	defaultWriteTimeout = 5 * time.Second
)

// RTMPConfig configures an RTMPDialer.
type RTMPConfig struct {
	// URL is rtmp:// or rtmps://, host, port (default 1935, 443) and a path in which {stream} stands for the stream's name,
	// "rtmp://srs/live/{stream}". A query is sent with the name, "?secret=…&vhost=…".
	URL string
	// HEVC is PolicyAuto where empty.
	HEVC HEVCPolicy
	// Timeout bounds the whole of Dial, default 5 s.
	Timeout time.Duration
	// WriteTimeout bounds one message, default 5 s: a server that takes nothing for so long ends the connection, up to a quarter
	// earlier.
	WriteTimeout time.Duration
	// TLS is used for rtmps; nil means the system's certificates. ServerName is set from the address where it is empty.
	TLS *tls.Config
	// Log may be nil.
	Log *zap.Logger
}

// RTMPDialer publishes to an RTMP server. It is safe for concurrent use.
type RTMPDialer struct {
	cfg      RTMPConfig
	template publishPoint // of a stream called "stream", where there is none yet
	late     error
}

var _ Dialer = (*RTMPDialer)(nil)

// NewRTMPDialer checks the configuration. Its errors do not repeat the address.
func NewRTMPDialer(cfg RTMPConfig) (*RTMPDialer, error) {
	template, err := parseTemplate(cfg.URL)
	if err != nil {
		return nil, err
	}
	switch cfg.HEVC {
	case "":
		cfg.HEVC = PolicyAuto
	case PolicyAuto, PolicyEnhanced, PolicyLegacy, PolicyNone:
	default:
		return nil, fmt.Errorf("H.265 policy %q: want auto, enhanced, legacy or none", cfg.HEVC)
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultDialTimeout
	}
	if cfg.WriteTimeout <= 0 {
		cfg.WriteTimeout = defaultWriteTimeout
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	return &RTMPDialer{
		cfg:      cfg,
		template: template,
		late:     fmt.Errorf("no answer within %v: %w", cfg.Timeout, context.DeadlineExceeded),
	}, nil
}

// Dial implements Dialer. It holds an answer of SRS up to 4 back for 400 ms, because that accepts before it looks.
func (d *RTMPDialer) Dial(ctx context.Context, stream string) (Conn, error) {
	point, err := expand(d.cfg.URL, stream)
	if err != nil {
		return nil, &Error{Address: d.template.address, Step: StepDial, Err: err}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, d.cfg.Timeout, d.late)
	defer cancel()

	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", point.dial)
	if err != nil {
		return nil, d.failure(ctx, &point, StepDial, err)
	}
	// The end of the context, or of the time for the dial, interrupts whatever read or write is under way.
	stop := context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	conn, err := d.open(ctx, raw, &point)
	if err != nil {
		stop()
		_ = raw.Close() // the first error counts
		return nil, err
	}
	if !stop() {
		_ = conn.Close() // likewise
		return nil, d.failure(ctx, &point, StepPublish, context.Cause(ctx))
	}
	return conn, nil
}

// open does everything between the TCP connection and an accepted publish.
func (d *RTMPDialer) open(ctx context.Context, raw net.Conn, point *publishPoint) (*rtmpConn, error) {
	conn, r, err := d.greet(ctx, raw, point)
	if err != nil {
		return nil, err
	}
	out := newChunkWriter(conn)
	n := &negotiation{point: point, in: newInbound(r, out), out: out}
	if step, err := n.run(); err != nil {
		n.in.close()
		if step == StepPublish && closedByPeer(err) {
			err = errClosedOnPublish
		}
		return nil, d.failure(ctx, point, step, err)
	}
	c := newRTMPConn(raw, conn, n, d.cfg)
	if err := c.settle(ctx, n.server.settle()); err != nil {
		_ = c.Close() // the first error counts
		return nil, d.failure(ctx, point, StepPublish, err)
	}
	d.cfg.Log.Debug("publish accepted", zap.String("address", point.address), zap.String("server", n.server.name))
	return c, nil
}

// Greet tells whether an RTMP server answers there: it connects, shakes hands and leaves. The error is an *Error, whose address holds the
// word "stream" where a stream's name would stand.
func (d *RTMPDialer) Greet(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, d.cfg.Timeout, d.late)
	defer cancel()
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", d.template.dial)
	if err != nil {
		return d.failure(ctx, &d.template, StepDial, err)
	}
	defer func() { _ = raw.Close() }() // nothing was begun
	defer context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })()
	_, _, err = d.greet(ctx, raw, &d.template)
	return err
}

// greet opens TLS where the address asks for it, and shakes hands. What the server sends afterwards is read from r.
func (d *RTMPDialer) greet(ctx context.Context, raw net.Conn, point *publishPoint) (conn net.Conn, r *bufio.Reader, err error) {
	conn = raw
	if point.secure {
		secured := tls.Client(raw, d.tlsConfig(point.host))
		if err := secured.HandshakeContext(ctx); err != nil {
			return nil, nil, d.failure(ctx, point, StepHandshake, err)
		}
		conn = secured
	}
	r = bufio.NewReader(conn)
	if err := shakeHands(r, conn); err != nil {
		return nil, nil, d.failure(ctx, point, StepHandshake, err)
	}
	return conn, r, nil
}

func (d *RTMPDialer) tlsConfig(host string) *tls.Config {
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if d.cfg.TLS != nil {
		cfg = d.cfg.TLS.Clone()
	}
	if cfg.ServerName == "" {
		cfg.ServerName = host
	}
	return cfg
}

// failure makes an *Error of what went wrong, unless it is one already. A read that was interrupted by the end of the time tells that,
// not the interruption.
func (d *RTMPDialer) failure(ctx context.Context, point *publishPoint, step string, err error) error {
	var refused *Error
	if errors.As(err, &refused) {
		return refused
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return &Error{Address: point.address, Step: step, Err: err}
}

// shakeHands does the simple handshake (RTMP 1.0, section 5.2). Servers with the later digest form take it, and SRS built with
// OpenSSL 3 before version 5 takes nothing else. The server's echo is not compared: some echo nothing.
func shakeHands(r *bufio.Reader, conn net.Conn) error {
	w := bufio.NewWriterSize(conn, 4096)
	err := handshake.HandshakeWithServer(&flushBeforeRead{r: r, w: w}, w, &handshake.Config{SkipHandshakeVerification: true})
	if err != nil {
		return err
	}
	return w.Flush()
}

// flushBeforeRead keeps the many small writes of the library's handshake in one segment, and looks at the version that the library
// passes over.
type flushBeforeRead struct {
	r     *bufio.Reader
	w     *bufio.Writer
	begun bool
}

func (f *flushBeforeRead) Read(p []byte) (int, error) {
	if err := f.w.Flush(); err != nil {
		return 0, err
	}
	if !f.begun {
		f.begun = true
		// RTMP 1.0 section 5.2.2: 32 and more are not allowed, so that protocols of text are told from it.
		if version, err := f.r.Peek(1); err == nil && version[0] >= 32 {
			return 0, errNotRTMP
		}
	}
	return f.r.Read(p)
}
