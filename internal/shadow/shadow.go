package shadow

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"

	"mediapusher/api"
	"mediapusher/internal/device"
)

// Config says what a Shadow stands before and what it compares with.
type Config struct {
	// Old is the address of the old server, host:port.
	Old string
	// Settings and Allow are those of the new API, see api.Config. The token is left out: clients of the old server have none. Nothing is
	// dialled.
	Settings api.Settings
	Allow    func(ctx context.Context, target device.Target) error
	// Lease is how long a session of the new service lives without a heartbeat: interval and grace.
	Lease time.Duration
	// Report gets a JSON object in each line for what is answered otherwise. It is written to by one goroutine at a time.
	Report io.Writer
	// Now is the clock, nil for time.Now.
	Now func() time.Time
	// Log may be nil.
	Log *zap.Logger
}

// Shadow forwards clients to the old server and compares its answers with those of the new API.
type Shadow struct {
	relay    relay
	replayer replayer
	report   *report
}

// New returns a shadow that has seen nothing. It starts no goroutine. The error says that the configuration lacks something.
func New(cfg Config) (*Shadow, error) {
	if _, _, err := net.SplitHostPort(cfg.Old); err != nil {
		return nil, err
	}
	if cfg.Report == nil || cfg.Lease <= 0 {
		return nil, errors.New("a shadow needs a report and a lease")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	cfg.Settings.Token = device.Secret{}
	sum := newReport(cfg.Report, cfg.Now(), func(err error) { cfg.Log.Error("the report cannot be written", zap.Error(err)) })
	sessions := newDouble(cfg.Lease, cfg.Now)
	s := &Shadow{
		report: sum,
		replayer: replayer{
			fresh:  api.New(api.Config{Settings: func() api.Settings { return cfg.Settings }, Allow: cfg.Allow}, sessions),
			double: sessions, report: sum, waiting: make(chan exchange, maxWaiting),
		},
	}
	s.relay = relay{old: cfg.Old, lost: sum.oldAway, log: cfg.Log, seen: func(requests, responses *tap) {
		follow(requests, responses, witness{s.replayer.offer, sum.unanswered, sum.unreadable})
	}}
	return s, nil
}

// Run forwards what listener accepts, which it closes, until ctx ends, and returns when all connections are closed and all answers
// compared. The error is the listener's.
func (s *Shadow) Run(ctx context.Context, listener net.Listener) error {
	comparing, end := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	running.Go(func() { s.replayer.run(comparing) })
	err := s.relay.run(ctx, listener)
	end()
	running.Wait()
	return err
}

// Summary tells what was seen so far. It may be called at any time.
func (s *Shadow) Summary() Summary { return s.report.sum() }

// ServeHTTP answers GET with the summary as JSON. It belongs on a listener of its own, which clients do not reach.
func (s *Shadow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "GET", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(s.Summary()) // who left reads nothing
}
