package mediaserver

import (
	"context"
	"encoding/json"
	"errors"
	"log" //nolint:depguard // the type that net/http wants
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
)

const (
	maxRequestHeader = 16 << 10
	idleTimeout      = 30 * time.Second
)

// ticketKey is the key of a connection's ticket in the context of its requests.
type ticketKey struct{}

func (s *Server) webServer(ctx context.Context) *http.Server {
	return &http.Server{
		Handler:           http.HandlerFunc(s.serveHTTP),
		ReadTimeout:       s.cfg.SetupTimeout, // lifted for who plays
		ReadHeaderTimeout: s.cfg.SetupTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxRequestHeader,
		ErrorLog:          s.quiet(),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			if admitted, ok := conn.(*admittedConn); ok {
				return context.WithValue(ctx, ticketKey{}, admitted.ticket)
			}
			return ctx
		},
	}
}

// quiet is for net/http, which tells at length of every stranger who cannot speak HTTP.
func (s *Server) quiet() *log.Logger {
	logger, err := zap.NewStdLogAt(s.log, zap.DebugLevel)
	if err != nil { // only for an unknown level
		return nil
	}
	return logger
}

func (s *Server) serveHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.handlers.start() {
		refuse(w, http.StatusServiceUnavailable, "the service is shutting down")
		return
	}
	defer s.handlers.done()
	defer func() { // a fault of ours must not go by unseen
		if fault := recover(); fault != nil {
			s.log.Error("HTTP-FLV", zap.Any("panic", fault), zap.Stack("stack"))
		}
	}()
	// The connection may have played before, and then still has the time limit of its last write.
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(s.cfg.WriteTimeout)); err != nil {
		return
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "*")
	h.Set("Access-Control-Max-Age", "86400")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	switch r.Method {
	case http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
		return
	case http.MethodGet, http.MethodHead:
	default:
		h.Set("Allow", "GET, HEAD, OPTIONS")
		refuse(w, http.StatusMethodNotAllowed, "only GET, HEAD and OPTIONS are served here")
		return
	}
	name, ok := s.flvName(r.URL.Path)
	if !ok {
		refuse(w, http.StatusNotFound, "streams are at /"+s.cfg.App+"/{stream}.flv")
		return
	}
	if err := s.serveFLV(w, r, name); err != nil {
		s.log.Debug("HTTP-FLV player ended", zap.String("stream", name), zap.String("remote", r.RemoteAddr), zap.Error(err))
	}
}

// flvName takes the stream's name from a path.
func (s *Server) flvName(path string) (string, bool) {
	name, ok := strings.CutPrefix(path, "/"+s.cfg.App+"/")
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(name, ".flv")
	return name, ok && validName(name)
}

// serveFLV answers, and returns why the player ended.
func (s *Server) serveFLV(w http.ResponseWriter, r *http.Request, name string) error {
	if r.Method == http.MethodHead {
		if err := s.hub.await(r.Context(), name, func(*stream) bool { return true }); err != nil {
			refuse(w, http.StatusNotFound, "no such stream")
			return err
		}
		w.Header().Set("Content-Type", "video/x-flv")
		w.WriteHeader(http.StatusOK)
		return nil
	}
	st, v, err := s.hub.join(r.Context(), name)
	if err != nil {
		refuse(w, http.StatusNotFound, "no such stream")
		return err
	}
	defer st.leave(v)
	ticket, ok := r.Context().Value(ticketKey{}).(*ticket)
	if !ok || !ticket.play() {
		w.Header().Set("Retry-After", "5")
		refuse(w, http.StatusServiceUnavailable, "too many players")
		return errFull
	}
	defer ticket.stop()
	if wantsWebSocket(r.Header) {
		return s.serveWebSocket(w, r, st, v)
	}
	return s.writeFLV(r.Context(), w, st, v)
}

// writeFLV answers with one file that has no end.
func (s *Server) writeFLV(ctx context.Context, w http.ResponseWriter, st *stream, v *viewer) error {
	control := http.NewResponseController(w)
	if err := control.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "video/x-flv")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would collect it
	w.WriteHeader(http.StatusOK)
	if err := control.Flush(); err != nil {
		return err
	}
	return play(ctx, &response{w, control, s.cfg.WriteTimeout}, st, v)
}

// response is an answer that is sent as it comes.
type response struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
}

func (r *response) write(parts net.Buffers) error {
	if err := r.control.SetWriteDeadline(time.Now().Add(r.timeout)); err != nil {
		return err
	}
	for _, part := range parts {
		if _, err := r.w.Write(part); err != nil {
			return err
		}
	}
	return r.control.Flush()
}

// flvPlayer takes FLV in parts, which stay the caller's and may change after the call.
type flvPlayer interface {
	write(parts net.Buffers) error
}

// play sends the file header with the first batch: only then is it known which tracks there are. It returns nil when the stream ends.
func play(ctx context.Context, to flvPlayer, st *stream, v *viewer) error {
	var batch []*message
	var parts net.Buffers
	for began := false; ; began = true {
		var err error
		clear(batch)
		if batch, err = v.take(ctx, batch[:0]); err != nil {
			if errors.Is(err, errStreamEnd) {
				return nil
			}
			return err
		}
		parts = parts[:0]
		if !began {
			parts = append(parts, flvHeader(st.tracks()))
		}
		for _, m := range batch {
			parts = append(parts, m.tag)
		}
		if err := to.write(parts); err != nil {
			return err
		}
		clear(parts)
	}
}

// refuse answers in the words of the API, so that one client code reads both.
func refuse(w http.ResponseWriter, status int, text string) {
	body, err := json.Marshal(struct {
		Code    int    `json:"status_code"`
		Message string `json:"status_message"`
	}{status, text})
	if err != nil {
		body = nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the player is told or has gone
}
