package mediaserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Server is the embedded media server. Its methods may be called by any goroutine.
type Server struct {
	cfg       Config
	log       *zap.Logger
	hub       *hub
	admission *admission
	rtmp, web net.Listener // nil where left out

	connections sync.WaitGroup
	handlers    handlers
}

// New opens the listeners, so that the addresses are known, and starts nothing. Connections wait until Run. The listeners are closed by
// Run alone: whoever gives a server up calls Run with a context that has ended.
//
// Errors: those of the listeners, and ErrName for an App that is no path.
func New(cfg Config) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, log: cfg.Log, hub: newHub(cfg), admission: &admission{maxPlayers: cfg.MaxPlayers}}
	if s.rtmp, err = s.listen(cfg.RTMPListen); err != nil {
		return nil, fmt.Errorf("media server: RTMP: %w", err)
	}
	if s.web, err = s.listen(cfg.HTTPListen); err != nil {
		if s.rtmp != nil {
			_ = s.rtmp.Close() // the error of the other listener is the one to tell
		}
		return nil, fmt.Errorf("media server: HTTP-FLV: %w", err)
	}
	return s, nil
}

func (s *Server) listen(address string) (net.Listener, error) {
	if address == "" {
		return nil, nil //nolint:nilnil // left out
	}
	// A player that has gone without a word is noticed within half a minute, also while its stream is silent.
	probes := net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}
	l, err := (&net.ListenConfig{KeepAliveConfig: probes}).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, err
	}
	return newAdmittedListener(l, newEntrance(s.admission, s.cfg), s.log), nil
}

// RTMPAddr is the address of the RTMP listener, nil where there is none.
func (s *Server) RTMPAddr() net.Addr { return address(s.rtmp) }

// HTTPAddr is the address of the HTTP-FLV listener, nil where there is none.
func (s *Server) HTTPAddr() net.Addr { return address(s.web) }

func address(l net.Listener) net.Addr {
	if l == nil {
		return nil
	}
	return l.Addr()
}

// Publish begins a stream. It may be called before Run. Errors: ErrName, ErrBusy while the name is live, ErrClosed after Run.
func (s *Server) Publish(name string) (*Publication, error) {
	if !validName(name) {
		return nil, fmt.Errorf("%w: %q", ErrName, name)
	}
	st, err := s.hub.add(name)
	if err != nil {
		return nil, fmt.Errorf("publish %s: %w", name, err)
	}
	return &Publication{hub: s.hub, stream: st}, nil
}

// Run serves until parent ends, and returns nil then, or until a listener fails. Everything is closed when it returns: listeners,
// connections and publications. It may be called once.
func (s *Server) Run(parent context.Context) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	web := s.webServer(ctx)

	var serving sync.WaitGroup
	if s.rtmp != nil {
		serving.Go(func() { cancel(s.acceptRTMP(ctx)) })
	}
	if s.web != nil {
		serving.Go(func() { cancel(web.Serve(s.web)) })
	}
	<-ctx.Done()

	s.hub.close()
	s.handlers.stop()
	closing := []error{web.Close()}
	for _, l := range []net.Listener{s.rtmp, s.web} {
		if l != nil {
			closing = append(closing, l.Close())
		}
	}
	serving.Wait()
	s.connections.Wait()
	s.handlers.wait()
	for _, err := range closing {
		if err != nil && !errors.Is(err, net.ErrClosed) {
			s.log.Debug("closing the media server", zap.Error(err))
		}
	}
	if parent.Err() == nil {
		return fmt.Errorf("media server: %w", context.Cause(ctx))
	}
	return nil
}

// acceptRTMP returns when the listener is closed. Too many open files pass; the listener itself tells of them.
func (s *Server) acceptRTMP(ctx context.Context) error {
	wait := time.Duration(0)
	for {
		conn, err := s.rtmp.Accept()
		if err == nil {
			wait = 0
			s.connections.Go(func() { s.serveRTMP(ctx, conn) })
			continue
		}
		if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
			return err
		}
		wait = min(max(2*wait, 5*time.Millisecond), time.Second)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// handlers counts the HTTP requests under way, for which http.Server.Close does not wait.
type handlers struct {
	mu      sync.Mutex
	stopped bool
	running sync.WaitGroup
}

// start returns false when no more are taken; else done must be called.
func (h *handlers) start() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.stopped {
		h.running.Add(1)
	}
	return !h.stopped
}

func (h *handlers) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = true
}

func (h *handlers) done() { h.running.Done() }
func (h *handlers) wait() { h.running.Wait() }
