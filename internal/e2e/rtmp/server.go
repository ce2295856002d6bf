package rtmp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Config is what a Server says and does.
type Config struct {
	// SRSVersion goes into the answer to connect as data.srs_version, as SRS does it; empty: nothing is told.
	SRSVersion string
	// Reject is the code with which every publish is refused, "NetStream.Publish.BadName"; empty: accepted.
	Reject string
	// OnMessage gets the audio, video and data messages of a publish, from one goroutine for each; nil: what comes behind the
	// publish is thrown away unread, without an allocation.
	OnMessage func(stream string, m Message)
}

// Server takes publishes. It is safe for concurrent use.
type Server struct {
	cfg Config

	mu sync.Mutex
	// publishing counts by stream name.
	publishing  map[string]int
	connections int
	open        map[net.Conn]struct{}
}

// NewServer returns a server that serves nothing yet.
func NewServer(cfg Config) *Server {
	return &Server{cfg: cfg, publishing: make(map[string]int), open: make(map[net.Conn]struct{})}
}

// Run serves connections of l until ctx ends; then it closes all and returns nil.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	var connections sync.WaitGroup
	defer connections.Wait()
	stop := context.AfterFunc(ctx, func() {
		l.Close()
		s.Cut()
	})
	defer stop()
	for {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("accept: %w", err)
		}
		s.track(conn, 1)
		if ctx.Err() != nil {
			conn.Close()
		}
		connections.Go(func() {
			defer s.track(conn, -1)
			defer conn.Close()
			_ = s.serve(conn)
		})
	}
}

// Cut closes every connection.
func (s *Server) Cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.open {
		conn.Close()
	}
}

// Connections is the number of open connections.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// Publishing is the number of streams that are being published now.
func (s *Server) Publishing() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.publishing)
}

func (s *Server) track(conn net.Conn, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connections += n
	if n > 0 {
		s.open[conn] = struct{}{}
	} else {
		delete(s.open, conn)
	}
}

func (s *Server) serve(conn net.Conn) error {
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return fmt.Errorf("deadline: %w", err)
	}
	session, err := accept(conn)
	if err != nil {
		return err
	}
	name, err := s.negotiate(session)
	if err != nil {
		return err
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return fmt.Errorf("deadline: %w", err)
	}
	s.count(name, 1)
	defer s.count(name, -1)
	if s.cfg.OnMessage == nil {
		_, err := io.Copy(discard{buf: make([]byte, 256<<10)}, session.in.r)
		return err //nolint:wrapcheck // nobody reads it
	}
	return s.receive(session, name)
}

// discard reads with one buffer.
type discard struct{ buf []byte }

func (d discard) Write(p []byte) (int, error) { return len(p), nil }

// ReadFrom keeps io.Copy from making a buffer of its own.
func (d discard) ReadFrom(r io.Reader) (n int64, err error) {
	for {
		k, err := r.Read(d.buf)
		n += int64(k)
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, fmt.Errorf("discard: %w", err)
		}
	}
}

func (s *Server) count(name string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.publishing[name] += n
	if s.publishing[name] == 0 {
		delete(s.publishing, name)
	}
}

// negotiate answers commands up to the publish and returns the stream's name.
func (s *Server) negotiate(c *session) (string, error) {
	if err := c.announceChunkSize(); err != nil {
		return "", err
	}
	for {
		m, err := c.in.next()
		if err != nil {
			return "", err
		}
		if m.Type != TypeCommand {
			continue
		}
		values, err := Values(m.Body)
		if err != nil || len(values) < 2 {
			return "", fmt.Errorf("command: %w", errAMF)
		}
		switch values[0] {
		case "connect":
			err = c.command(0, "_result", values[1], Object{{"fmsVer", "FMS/3,5,3,888"}, {"capabilities", 127.0}}, s.connectInfo())
		case "releaseStream", "FCPublish":
			err = c.command(0, "_result", values[1], nil, nil)
		case "createStream":
			err = c.command(0, "_result", values[1], nil, 1.0)
		case "publish":
			return s.publish(c, values)
		}
		if err != nil {
			return "", err
		}
	}
}

func (s *Server) connectInfo() Object {
	info := Object{{"level", "status"}, {"code", "NetConnection.Connect.Success"}, {"description", "Connection succeeded"}}
	if s.cfg.SRSVersion != "" {
		info = append(info, Property{"data", Object{{"srs_server", "SRS/" + s.cfg.SRSVersion}, {"srs_version", s.cfg.SRSVersion}}})
	}
	return info
}

func (s *Server) publish(c *session, values []any) (string, error) {
	if len(values) < 4 {
		return "", fmt.Errorf("publish: %w", errAMF)
	}
	name, ok := values[3].(string)
	if !ok {
		return "", fmt.Errorf("publish: %w", errAMF)
	}
	code, level := "NetStream.Publish.Start", "status"
	if s.cfg.Reject != "" {
		code, level = s.cfg.Reject, "error"
	}
	status := Object{{"level", level}, {"code", code}, {"description", "stream " + name}}
	if err := c.command(1, "onStatus", 0.0, nil, status); err != nil {
		return "", err
	}
	if s.cfg.Reject != "" {
		return "", errors.New("publish refused")
	}
	return name, nil
}

func (s *Server) receive(c *session, name string) error {
	for {
		m, err := c.in.next()
		if err != nil {
			return err
		}
		if m.Type == TypeAudio || m.Type == TypeVideo || m.Type == TypeData {
			s.cfg.OnMessage(name, m)
		}
		if m.Type == TypeCommand {
			if values, err := Values(m.Body); err == nil && len(values) > 0 && (values[0] == "FCUnpublish" || values[0] == "deleteStream") {
				return nil
			}
		}
	}
}
