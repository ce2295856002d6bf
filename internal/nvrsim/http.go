package nvrsim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"
)

// maxHTTPBody is how much of a request's body is read.
const maxHTTPBody = 64 << 10

// serveHTTP serves until ctx ends and returns when all its connections are closed.
func (r *Recorder) serveHTTP(ctx context.Context) error {
	var open sync.WaitGroup
	server := &http.Server{
		Handler:           r.httpHandler(ctx),
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          zap.NewStdLog(zap.NewNop()),
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				open.Add(1)
			case http.StateClosed, http.StateHijacked:
				open.Done()
			default:
			}
		},
	}
	server.SetKeepAlivesEnabled(r.cfg.Vendor != Dahua)
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	refuses := func() bool { return r.Faults().HTTPRefuse }
	err := server.Serve(pickyListener{r.http, refuses})
	_ = server.Close()
	open.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("recorder: HTTP: %w", err)
}

// httpHandler stands before the vendor's pages: faults, password, journal.
func (r *Recorder) httpHandler(ctx context.Context) http.Handler {
	var pages http.Handler
	if r.cfg.Vendor == Hikvision {
		pages = r.isapi(ctx)
	} else {
		pages = r.cgi(ctx)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(io.LimitReader(req.Body, maxHTTPBody))
		if err != nil {
			return
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
		faults := r.Faults()
		if faults.HTTPHang {
			select {
			case <-ctx.Done():
			case <-req.Context().Done():
			}
			return
		}
		if r.cfg.Vendor == Dahua && (req.URL.Path == rpcLoginPath || req.URL.Path == rpcPath) {
			r.serveRPC(ctx, w, req, body) // it has a login of its own
			return
		}
		v := r.gate.check(credentials{
			method: req.Method, target: req.RequestURI, header: req.Header.Get("Authorization"), remote: req.RemoteAddr,
			nonceFor: req.RequestURI, once: r.cfg.Vendor == Dahua, within: func(uri, target string) bool { return uri == target },
		})
		switch v {
		case accepted:
			r.journal.add(LoginOK, req.RemoteAddr, "", req.RequestURI)
		case refused, locked:
			r.journal.add(LoginRefused, req.RemoteAddr, "", req.RequestURI)
		default:
		}
		if v == accepted && faults.HTTPStatus == 0 {
			r.journal.add(Request, req.RemoteAddr, "", req.Method+" "+req.RequestURI)
			pages.ServeHTTP(w, req)
			return
		}
		r.turnAway(w, req, v, faults)
	})
}

// turnAway answers a request that the gate, or a fault, does not let in.
func (r *Recorder) turnAway(w http.ResponseWriter, req *http.Request, v verdict, faults Faults) {
	status := http.StatusUnauthorized
	switch {
	case v == accepted:
		status = faults.HTTPStatus
	case v == locked && faults.LockedForbidden, v == stale && faults.StaleForbidden:
		status = http.StatusForbidden
	case v == locked && r.cfg.Vendor == Dahua:
		status = http.StatusForbidden
	}
	if status == http.StatusUnauthorized {
		// The name of the header in the devices' own spelling.
		w.Header()["WWW-Authenticate"] = r.gate.challenges(overHTTP, req.RequestURI, v == stale)
	}
	if r.cfg.Vendor == Hikvision {
		r.turnAwayHikvision(w, req, v, status)
		return
	}
	turnAwayDahua(w, v, status)
}

// pickyListener resets connections while refuses says so.
type pickyListener struct {
	net.Listener
	refuses func() bool
}

// Accept returns the next connection that is not refused.
func (l pickyListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if !l.refuses() {
			return conn, nil
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
}
