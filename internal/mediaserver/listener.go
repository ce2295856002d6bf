package mediaserver

import (
	"errors"
	"net"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// acceptErrorEvery is how often a listener tells that it cannot accept.
const acceptErrorEvery = 10 * time.Second

// admittedListener gives each connection its place. What fails is told here, for net/http tells of it among all else.
type admittedListener struct {
	net.Listener
	entrance *entrance
	log      *zap.Logger
}

func newAdmittedListener(l net.Listener, e *entrance, log *zap.Logger) *admittedListener {
	seldom := zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return zapcore.NewSamplerWithOptions(core, acceptErrorEvery, 1, 0)
	})
	return &admittedListener{Listener: l, entrance: e, log: log.WithOptions(seldom).With(zap.Stringer("listener", l.Addr()))}
}

// Accept is tried again by whoever calls it: too many open files pass.
func (l *admittedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		if !errors.Is(err, net.ErrClosed) {
			l.log.Warn("cannot accept players", zap.Error(err))
		}
		return nil, err
	}
	return l.entrance.admit(conn), nil
}

// admittedConn gives its place back when it is closed.
type admittedConn struct {
	net.Conn
	ticket *ticket
	once   sync.Once
	err    error
}

func (c *admittedConn) Close() error {
	c.once.Do(func() {
		c.err = c.Conn.Close()
		c.ticket.giveBack()
	})
	return c.err
}

// CloseWrite ends our half, so that the last words arrive before the end does.
func (c *admittedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
