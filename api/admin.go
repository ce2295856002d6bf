package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"
	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/task"
)

// Sessions are all sessions as the admin listener needs them.
type Sessions interface {
	// Snapshots returns one snapshot for each session, in any order. It may be called from several goroutines.
	Snapshots() []task.Snapshot
	// TraceOf tells about one session by Snapshot.ID, Past about those that have ended lately, the newest first; see task.Scheduler.
	TraceOf(sessionID string) (task.Trace, error)
	Past() []task.Trace
}

// AdminConfig says how the admin listener answers. What is nil is left out.
type AdminConfig struct {
	// Loopback tells that the listener is reached from this machine only. Without it every request needs the token, and an empty
	// token lets nobody in. Token is asked for each request, by several goroutines; nil is the empty token.
	Loopback bool
	Token    func() device.Secret
	// Healthy returns what is wrong with the process, Ready what keeps it from serving: the media server that cannot be reached, or
	// the end that has begun.
	Healthy func() error
	Ready   func(ctx context.Context) error
	// Info tells about the service, see Info.
	Info func(ctx context.Context) Info
	// Configuration is that of the running service.
	Configuration Configuration
	// Metrics answers GET /metrics.
	Metrics http.Handler
	// Console is mounted at /console/, where it sees paths from its own root. Docs sees whole paths: /docs/..., /openapi.yaml and
	// /openapi.zh.yaml. Both need no token.
	Console, Docs http.Handler
	// Now is the clock for ages, nil for time.Now.
	Now func() time.Time
	// Log may be nil.
	Log *zap.Logger
}

type admin struct {
	cfg      AdminConfig
	server   *server
	sessions Sessions
}

// NewAdmin returns the handler of the admin listener. It answers every path of the API as public says, but under its own token and
// without access from other origins, so that the console is one origin; beside these, the lists and switches that are nobody's
// but the operator's. GET /STREAMS lists all sessions by their id and never by handle, GET /healthz tells whether the process is well
// and GET /readyz whether it serves, both with 503 where not. It starts no goroutine.
func NewAdmin(cfg AdminConfig, public Config, tasks Tasks, sessions Sessions) http.Handler {
	if cfg.Token == nil {
		cfg.Token = func() device.Secret { return device.Secret{} }
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	a := &admin{cfg, newServer(public, tasks), sessions}
	guarded := newRouter()
	a.server.route(guarded)
	a.route(guarded)

	h := tolerantPaths(guarded)
	var tokenless http.Handler
	if cfg.Loopback {
		tokenless = localNames(direct(sameOrigin(h)))
	}
	return observing(public.Observer, recovering(cfg.Log, unstored(a.pages(withToken(cfg.Token, tokenless, h)))))
}

// route adds what only the admin listener answers, written as normalPath writes paths.
func (a *admin) route(r chi.Router) {
	r.Get("/STREAMS", endpoint(a.list).handler())
	r.Get("/STREAMS/{session_id}/TRACE", endpoint(a.traceOfSession).handler())
	r.Get("/HEALTHZ", endpoint(a.health).handler())
	r.Get("/READYZ", endpoint(a.ready).handler())
	if a.cfg.Info != nil {
		r.Get("/INFO", endpoint(a.info).handler())
	}
	if a.cfg.Configuration != nil {
		r.Post("/CONFIG/RELOAD", endpoint(a.reload).handler())
	}
	if a.cfg.Metrics != nil {
		r.Get("/METRICS", a.cfg.Metrics.ServeHTTP)
	}
}

// pages serves the static pages, which need no token; the rest goes to next.
func (a *admin) pages(next http.Handler) http.Handler {
	r := newRouter()
	r.NotFound(next.ServeHTTP)
	if a.cfg.Console != nil {
		r.Mount("/console/", http.StripPrefix("/console", a.cfg.Console))
		for _, other := range []string{"/", "/console", "/demo", "/demo/"} {
			r.Get(other, forward("/console/"))
		}
	}
	if a.cfg.Docs != nil {
		r.Get("/docs", forward("/docs/"))
		for _, path := range []string{"/docs/*", "/openapi.yaml", "/openapi.zh.yaml"} {
			r.Method(http.MethodGet, path, a.cfg.Docs)
			r.Method(http.MethodHead, path, a.cfg.Docs)
		}
	}
	return r
}

// forward sends a browser to a path, with the query it came with.
func forward(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		target := path
		if r.URL.RawQuery != "" {
			target += "?" + r.URL.RawQuery
		}
		http.Redirect(w, r, target, http.StatusFound)
	}
}

func (a *admin) list(http.ResponseWriter, *http.Request) reply {
	snapshots := a.sessions.Snapshots()
	slices.SortFunc(snapshots, func(x, y task.Snapshot) int {
		return cmp.Or(x.Started.Compare(y.Started), cmp.Compare(x.ID, y.ID))
	})
	now, past := a.cfg.Now(), a.sessions.Past()
	ended := make(map[string]bool, len(past))
	for i := range past {
		ended[past[i].ID] = true
	}
	views := make([]sessionView, 0, len(snapshots))
	for _, s := range snapshots {
		if !ended[s.ID] { // one that is taking leave of its device is on both sides
			views = append(views, newSessionView(s, now))
		}
	}
	return reply{status: http.StatusOK, body: struct {
		answer
		Streams []sessionView `json:"streams"`
		Ended   []endedView   `json:"ended"`
	}{answer{codeNoError, okMessage}, views, endedViews(past, now)}}
}

func (a *admin) health(http.ResponseWriter, *http.Request) reply {
	if a.cfg.Healthy == nil {
		return success()
	}
	return available(a.cfg.Healthy())
}

func (a *admin) ready(_ http.ResponseWriter, r *http.Request) reply {
	if a.cfg.Ready == nil {
		return success()
	}
	return available(a.cfg.Ready(r.Context()))
}

// available is 503 with what is wrong, where something is.
func available(wrong error) reply {
	if wrong != nil {
		return refusal(http.StatusServiceUnavailable, message(wrong, ""))
	}
	return success()
}
