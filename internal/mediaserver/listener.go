package mediaserver

import (
	"net"
	"sync"
)

// admittedListener closes at once what admission has no place for, so that the queue of the listener never stands still.
type admittedListener struct {
	net.Listener
	admission *admission
}

func (l *admittedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if t := l.admission.admit(conn.RemoteAddr()); t != nil {
			return &admittedConn{Conn: conn, ticket: t}, nil
		}
		_ = conn.Close() // nothing was said on it
	}
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
