// Package supervisor owns the worker processes in which makers' libraries run: it starts one for a recorder that is logged in to, speaks
// the protocol of vendor_sdk/wire with it, notices when it crashes, hangs or grows, ends it then, and holds back a recorder whose workers
// crash again and again. It never loads a library itself.
package supervisor

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"mediapusher/vendor_sdk/sdk"
	"mediapusher/vendor_sdk/wire"
)

// Config says how workers are started and how they are watched. The zero value of each field but Command means its default.
type Config struct {
	// Command is the program of a worker and its arguments.
	Command []string
	// Directory is where the maker's library lies. The worker's loader finds it there.
	Directory string
	// Environment is added to what the worker inherits, as KEY=value. It inherits no MEDIAPUSHER_ variable: those may hold secrets.
	Environment []string
	// MemoryLimit is how many bytes a worker may hold in memory, default 1 GiB.
	MemoryLimit int64
	// MaxCrashes is how many ends of workers against our will within CrashWindow let a recorder rest: at first for a sixteenth of
	// CrashRest, then twice as long each time, up to CrashRest. The defaults are 5, ten minutes and ten minutes. That several streams
	// bring nothing at once, while the recorder answers, replaces a worker, but does not count: it may as well be the recorder.
	MaxCrashes             int
	CrashWindow, CrashRest time.Duration
	// Observer may be nil.
	Observer Observer
	// Log may be nil.
	Log *zap.Logger
}

// Observer is told what becomes of workers, so that it can be counted. Its methods are called from the goroutines of workers
// and must not wait for anything.
type Observer interface {
	// Started and Ended tell that a process runs, and that nothing of it is left.
	Started()
	Ended()
	// Failed tells that a worker failed, or could not be started: cause is a WorkerError.Cause. A worker that is replaced although it may
	// be well counts here too, as one that hangs.
	Failed(cause string)
}

// deaf is the Observer where there is none.
type deaf struct{}

func (deaf) Started()      {}
func (deaf) Ended()        {}
func (deaf) Failed(string) {}

const (
	defaultMemory     = 1 << 30
	defaultMaxCrashes = 5
	defaultWindow     = 10 * time.Minute
)

// Supervisor starts workers. It is safe for concurrent use.
type Supervisor struct {
	cfg     Config
	limits  limits
	crashes *crashes
}

// New returns a supervisor that has started nothing.
func New(cfg Config) *Supervisor {
	if cfg.MemoryLimit == 0 {
		cfg.MemoryLimit = defaultMemory
	}
	if cfg.MaxCrashes == 0 {
		cfg.MaxCrashes = defaultMaxCrashes
	}
	if cfg.CrashWindow == 0 {
		cfg.CrashWindow = defaultWindow
	}
	if cfg.CrashRest == 0 {
		cfg.CrashRest = defaultWindow
	}
	if cfg.Observer == nil {
		cfg.Observer = deaf{}
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	return &Supervisor{cfg: cfg, limits: defaultLimits, crashes: newCrashes(cfg.MaxCrashes, cfg.CrashWindow, cfg.CrashRest)}
}

// Open starts a worker and logs in. name is the recorder, as logs show it and as crashes are counted. After a crash it waits, longer after
// each one, before it starts the next. Errors are an *sdk.Error of the login, an *sdk.LoadError, sdk.ErrNotBuilt, a *WorkerError, a
// *RestError, or that of ctx. A login that ctx has ended is undone in the background; where the library never answers it, its worker is
// ended, and that counts as a crash. A hang is not counted where the next login is refused or reaches nobody: libraries wait long for a
// recorder that is gone.
func (s *Supervisor) Open(ctx context.Context, name string, account sdk.Account) (*Device, sdk.Identity, error) {
	if err := s.crashes.admit(ctx, name); err != nil {
		return nil, sdk.Identity{}, err
	}
	w, err := s.start(ctx, name, account.Password)
	if err != nil {
		return nil, sdk.Identity{}, err
	}
	identity, err := w.logIn(ctx, account)
	if err != nil {
		if errors.As(err, new(*sdk.Error)) {
			s.crashes.excuse(name)
		}
		if ctx.Err() == nil || !errors.Is(err, ctx.Err()) { // else it ends when the library has answered
			w.shut()
		}
		return nil, sdk.Identity{}, err
	}
	return &Device{w: w}, identity, nil
}

// Version starts a worker, asks what its library reports of itself, and ends it; nobody logs in. Errors are an *sdk.LoadError,
// sdk.ErrNotBuilt, a *WorkerError, or that of ctx. Failures count for no recorder.
func (s *Supervisor) Version(ctx context.Context) (string, error) {
	w, err := s.start(ctx, "", "")
	if err != nil {
		return "", err
	}
	_, err = w.await(ctx, w.greeting, nil)
	w.shut()
	<-w.gone
	return w.version(), err
}

// logIn waits until the library is loaded, and logs in.
func (w *worker) logIn(ctx context.Context, account sdk.Account) (sdk.Identity, error) {
	over := func(error) { w.shut() }
	if _, err := w.await(ctx, w.greeting, over); err != nil {
		return sdk.Identity{}, err
	}
	// A library that was given more time is given more.
	limit := max(w.limits.login, account.Timeout+w.limits.other)
	answer, err := w.call(ctx, wire.Request{Op: wire.LogIn, Account: &account}, limit, over)
	if err != nil {
		return sdk.Identity{}, err
	}
	if answer.Identity == nil {
		w.fail(causeCrashed, "a login without identity")
		return sdk.Identity{}, w.reason()
	}
	return *answer.Identity, nil
}
