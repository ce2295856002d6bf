package api

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/device"
	"mediapusher/task"
)

// Sessions are all sessions as the admin listener needs them.
type Sessions interface {
	// Snapshots returns one snapshot for each session, in any order. It may be called from several goroutines.
	Snapshots() []task.Snapshot
}

// AdminConfig says how the admin listener answers.
type AdminConfig struct {
	// Loopback tells that the listener is reached from this machine only. Without it every request needs the token, and an empty
	// token lets nobody in.
	Loopback bool
	// Token tells the token of the moment; it is asked for each request. nil means none.
	Token func() device.Secret
	// Healthy returns what is wrong with the service; nil, the function or its error, means nothing.
	Healthy func() error
	// Demo is mounted at /demo/, where it sees paths from its own root; nil leaves it out.
	Demo http.Handler
	// Now is the clock for ages, nil for time.Now.
	Now func() time.Time
	// Log may be nil.
	Log *zap.Logger
}

type admin struct {
	cfg      AdminConfig
	sessions Sessions
}

// NewAdmin returns the handler of the admin listener: GET /STREAMS lists all sessions by their id and never by handle, GET /healthz
// tells whether the service is well, with 503 where it is not. It starts no goroutine. There is no cross-origin access.
func NewAdmin(cfg AdminConfig, sessions Sessions) http.Handler {
	if cfg.Token == nil {
		cfg.Token = func() device.Secret { return device.Secret{} }
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	a := &admin{cfg, sessions}
	r := newRouter()
	r.Get("/STREAMS", endpoint(a.list).handler())
	r.Get("/healthz", endpoint(a.health).handler())
	if cfg.Demo != nil {
		r.Get("/demo", http.RedirectHandler("/demo/", http.StatusFound).ServeHTTP)
		r.Mount("/demo/", http.StripPrefix("/demo", cfg.Demo))
	}
	var tokenless http.Handler
	if cfg.Loopback {
		tokenless = localNames(r)
	}
	return recovering(cfg.Log, unstored(withToken(cfg.Token, tokenless, r)))
}

func (a *admin) list(http.ResponseWriter, *http.Request) reply {
	snapshots := a.sessions.Snapshots()
	slices.SortFunc(snapshots, func(x, y task.Snapshot) int {
		return cmp.Or(x.Started.Compare(y.Started), cmp.Compare(x.ID, y.ID))
	})
	now := a.cfg.Now()
	views := make([]sessionView, 0, len(snapshots))
	for _, s := range snapshots {
		views = append(views, newSessionView(s, now))
	}
	return reply{status: http.StatusOK, body: struct {
		answer
		Streams []sessionView `json:"streams"`
	}{answer{codeNoError, okMessage}, views}}
}

func (a *admin) health(http.ResponseWriter, *http.Request) reply {
	if a.cfg.Healthy != nil {
		if err := a.cfg.Healthy(); err != nil {
			return refusal(http.StatusServiceUnavailable, message(err, ""))
		}
	}
	return success()
}
