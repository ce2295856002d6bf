package api

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/internal/diagnosis"
	"mediapusher/task"
)

// Config says how the API answers.
type Config struct {
	// Settings tells what may change while the API serves. It is asked for each request, by several goroutines; nil means the zero value.
	Settings func() Settings
	// Devices look at recorders; nil leaves their calls out.
	Devices Devices
	// Allow tells which devices may be dialled, see AllowNetworks; nil means all. Its errors are *device.Error.
	Allow func(ctx context.Context, target device.Target) error
	// Now is the clock for ages, nil for time.Now.
	Now func() time.Time
	// Server asks the media server about a session's stream, within a few seconds; nil where nobody can be asked. It may be called from
	// several goroutines.
	Server func(ctx context.Context, session task.Snapshot) diagnosis.View
	// Observer is told of all answers, also those of the admin listener; it may be nil.
	Observer Observer
	// Log may be nil.
	Log *zap.Logger
}

// Settings are what the operator may change while the API serves.
type Settings struct {
	URLs URLs
	// Origins are those of the pages that may call, "http://host:port"; none means any.
	Origins []string
	// Token, where it is not empty, must come with every request.
	Token device.Secret
	// TrustForwardedHost takes {host} from X-Forwarded-Host: there is a proxy in front that sets it.
	TrustForwardedHost bool
}

// stopTimeout is how long a stop may take whose caller does not wait for it.
const stopTimeout = 10 * time.Second

type server struct {
	cfg   Config
	tasks Tasks
}

// New returns the handler of the API. It starts no goroutine.
func New(cfg Config, tasks Tasks) http.Handler {
	s := newServer(cfg, tasks)
	r := newRouter()
	s.route(r)
	h := tolerantPaths(r)
	h = withToken(func() device.Secret { return s.cfg.Settings().Token }, h, h)
	h = unstored(crossOrigin(func() []string { return s.cfg.Settings().Origins }, h))
	return observing(cfg.Observer, recovering(s.cfg.Log, h))
}

func newServer(cfg Config, tasks Tasks) *server {
	if cfg.Settings == nil {
		cfg.Settings = func() Settings { return Settings{} }
	}
	if cfg.Allow == nil {
		cfg.Allow = AllowNetworks(nil, nil)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	return &server{cfg, tasks}
}

// route adds the paths of the API, written as normalPath writes them. Where an old client may only read the printed method, others are
// let in too: sendBeacon stops with POST.
func (s *server) route(r chi.Router) {
	r.Post("/REAL_STREAM", endpoint(s.realStream).handler())
	r.Post("/BACK_STREAM", endpoint(s.backStream).handler())
	r.Get("/STREAM/{play_handle}", endpoint(s.session).handler())
	r.Get("/STREAM/{play_handle}/TRACE", endpoint(s.traceOfHandle).handler())
	r.Post("/STREAM/{play_handle}/POSITION", endpoint(s.position).handler())
	r.Post("/STREAM/{play_handle}/PTZCONTROL", endpoint(s.ptzControl).handler())
	r.Post("/STREAM/{play_handle}/SPEED", endpoint(s.speed).handler())
	r.Post("/STREAM/{play_handle}/PAUSE", endpoint(s.pause).handler())
	r.Post("/STREAM/{play_handle}/RESUME", endpoint(s.resume).handler())
	for name, e := range map[string]endpoint{"BEATS": s.beats, "STOP": s.stop} {
		r.Get("/STREAM/{play_handle}/"+name, e.handler())
		r.Post("/STREAM/{play_handle}/"+name, e.handler())
	}
	s.routeDevices(r)
}

// newRouter is a router that refuses in the form of the contract.
func newRouter() *chi.Mux {
	r := chi.NewRouter()
	r.NotFound(func(w http.ResponseWriter, _ *http.Request) {
		_ = write(w, refusal(http.StatusNotFound, "there is no such path"))
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, req *http.Request) {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if r.Match(chi.NewRouteContext(), method, req.URL.Path) {
				w.Header().Add("Allow", method)
			}
		}
		if w.Header().Get("Allow") == "" { // chi asks here first for methods that it has never heard of
			_ = write(w, refusal(http.StatusNotFound, "there is no such path"))
			return
		}
		_ = write(w, refusal(http.StatusMethodNotAllowed, "this path does not take the method"))
	})
	return r
}

// NewServer returns a server for a handler of this package, without address. It has the time-outs against clients that send
// nothing, and a bound on its connections; the time-outs for bodies and answers are set by the handlers, for a start may last longer
// than either. Each listener needs a server of its own.
func NewServer(handler http.Handler, log *zap.Logger) *http.Server {
	open := newConnections(maxConnections)
	return &http.Server{
		Handler:                      open.protecting(handler),
		ConnContext:                  open.opened,
		ConnState:                    open.changed,
		ReadHeaderTimeout:            10 * time.Second,
		IdleTimeout:                  2 * time.Minute,
		MaxHeaderBytes:               maxBody,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     newErrorLog(log),
	}
}
