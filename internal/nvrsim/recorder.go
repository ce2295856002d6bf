package nvrsim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"mediapusher/internal/nvrsim/clips"
)

// Recorder is a simulated recorder. It is safe for concurrent use.
type Recorder struct {
	cfg      Config
	log      *zap.Logger
	channels []channel
	gate     *gate
	journal  *journal
	faults   atomic.Pointer[Faults]
	http     net.Listener
	rtsp     net.Listener
	players  atomic.Int64 // started so far
	searches searches     // of a Hikvision recorder
	finds    finds        // of a Dahua recorder
	rpc      rpcSessions
	cameras  cameras
	sdk      sdkPort

	mu    sync.Mutex
	conns map[*conn]struct{}
	ended bool
}

// channel is a Channel with its clips. A nil sub means there is no sub stream.
type channel struct {
	Channel
	main, sub *clips.Clip
}

// New reads the clips and opens the listeners, so that the addresses are known; connections wait until Run serves them. It fails
// where a clip cannot be read or a port is taken. A Recorder that is not run keeps its ports.
func New(cfg Config) (*Recorder, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("recorder: %w", err)
	}
	r := &Recorder{
		cfg:     cfg,
		log:     cfg.Log,
		gate:    newGate(cfg),
		journal: &journal{clock: cfg.Clock},
		conns:   make(map[*conn]struct{}),
	}
	r.searches.clock, r.searches.journal = cfg.Clock, r.journal
	r.finds.r, r.sdk.r = r, r
	r.SetFaults(cfg.Faults)
	if r.channels, err = loadChannels(cfg); err != nil {
		return nil, fmt.Errorf("recorder: %w", err)
	}
	if r.http, err = net.Listen("tcp", net.JoinHostPort(cfg.Listen, strconv.Itoa(cfg.HTTPPort))); err != nil {
		return nil, fmt.Errorf("recorder: HTTP: %w", err)
	}
	if r.rtsp, err = net.Listen("tcp", net.JoinHostPort(cfg.Listen, strconv.Itoa(cfg.RTSPPort))); err != nil {
		return nil, errors.Join(fmt.Errorf("recorder: RTSP: %w", err), r.http.Close())
	}
	if !cfg.SDK {
		return r, nil
	}
	if r.sdk.listener, err = net.Listen("tcp", net.JoinHostPort(cfg.Listen, strconv.Itoa(cfg.SDKPort))); err != nil {
		return nil, errors.Join(fmt.Errorf("recorder: SDK: %w", err), r.http.Close(), r.rtsp.Close())
	}
	return r, nil
}

func loadChannels(cfg Config) ([]channel, error) {
	library := clips.NewLibrary(cfg.Clips)
	channels := make([]channel, 0, len(cfg.Channels))
	for i, c := range cfg.Channels {
		loaded := channel{Channel: c}
		if loaded.Name == "" {
			loaded.Name = fmt.Sprintf("Camera %02d", i+1)
		}
		var err error
		if loaded.main, err = library.Load(c.Clip); err != nil {
			return nil, fmt.Errorf("channel %d: %w", i+1, err)
		}
		if c.SubClip != "" {
			if loaded.sub, err = library.Load(c.SubClip); err != nil {
				return nil, fmt.Errorf("channel %d: sub stream: %w", i+1, err)
			}
		}
		channels = append(channels, loaded)
	}
	return channels, nil
}

// Run serves until ctx ends; then everything is closed, the listeners too, and a new Recorder may take the same ports. It returns nil,
// or the error of a listener. It may be called once.
func (r *Recorder) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan error, 3)
	go func() { results <- r.serveHTTP(ctx) }()
	go func() { results <- r.serveRTSP(ctx) }()
	go func() { results <- r.sdk.serve(ctx) }()
	first := <-results
	cancel()
	return errors.Join(first, <-results, <-results)
}

// HTTPAddr returns host:port of the HTTP interface.
func (r *Recorder) HTTPAddr() string { return r.http.Addr().String() }

// RTSPAddr returns host:port of the RTSP server.
func (r *Recorder) RTSPAddr() string { return r.rtsp.Addr().String() }

// SDKAddr returns host:port of the SDK port, empty where there is none.
func (r *Recorder) SDKAddr() string {
	if r.sdk.listener == nil {
		return ""
	}
	return r.sdk.listener.Addr().String()
}

// SetFaults replaces all faults at once. Stops that fail are counted anew.
func (r *Recorder) SetFaults(f Faults) {
	r.faults.Store(&f)
	r.cameras.forgive()
	r.sdk.wake()
}

// Faults returns the faults in force.
func (r *Recorder) Faults() Faults { return *r.faults.Load() }

// Journal returns what clients did, oldest first; the caller owns the slice. The oldest entries are dropped beyond some ten thousand.
func (r *Recorder) Journal() []Entry { return r.journal.list() }

// Counts returns what is open now.
func (r *Recorder) Counts() Counts {
	counts := r.journal.count()
	counts.Searches, counts.Moving = r.searches.count()+r.finds.count(), r.cameras.count()
	logins, searches := r.sdk.count()
	counts.Logins, counts.Searches = logins, counts.Searches+searches
	return counts
}

// Unlock forgets all wrong passwords.
func (r *Recorder) Unlock() { r.gate.reset() }

// Drop closes all RTSP connections and those of the SDK port, as a network that was cut.
func (r *Recorder) Drop() {
	r.sdk.drop("dropped")
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.conns {
		c.drop("dropped")
	}
}

// now is the device's clock.
func (r *Recorder) now() time.Time { return r.cfg.Clock() }

// nextPhase spreads the sessions over 40 ms, so that those of many channels do not all send in the same instant.
func (r *Recorder) nextPhase() time.Duration {
	const step, frame = 24721 * time.Microsecond, 40 * time.Millisecond // the golden ratio spreads any number evenly
	return time.Duration(r.players.Add(1)-1) * step % frame
}
