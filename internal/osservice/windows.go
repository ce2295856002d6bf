package osservice

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Entry is what the service manager of Windows keeps about the service.
type Entry struct {
	Program   string   // absolute path
	Arguments []string // that the program is started with
	Restart   []time.Duration
	Reset     time.Duration // without a failure, after which Restart begins at its front again
}

// Registrar is the service manager of Windows, for this one service. An error wraps ErrNotInstalled where there is no entry, and
// ErrNoRights where the caller is no administrator.
type Registrar interface {
	// Put makes the entry or changes it, and makes the source of events.
	Put(entry Entry) error
	// Remove removes both. The service has ended before.
	Remove() error
	// Start asks for a start, and does not wait for it.
	Start() error
	// Stop asks for the end, and does not wait for it.
	Stop() error
	// Query returns how the service is, without its configuration.
	Query() (Status, error)
}

// WindowsConfig says what to install and where.
type WindowsConfig struct {
	Program   string                    // absolute path of the program that runs; it stays where it lies
	Data      string                    // directory for data of programs, as C:\ProgramData
	Registrar Registrar                 // required
	Seal      func(folder string) error // lets only administrators and the service's account into a folder; required
	Say       func(string)              // takes one sentence for the operator at a time; nil drops them
}

// Windows is the service under the service manager of Windows.
type Windows struct{ cfg WindowsConfig }

// NewWindows returns the service under the service manager of Windows.
func NewWindows(cfg WindowsConfig) *Windows {
	if cfg.Say == nil {
		cfg.Say = func(string) {}
	}
	return &Windows{cfg: cfg}
}

var _ Service = (*Windows)(nil)

const (
	// queryEvery is how often the manager is asked while it starts or stops the service: it tells nobody by itself.
	queryEvery = 100 * time.Millisecond
	// changeLimit is how long a start or stop may take: the unit's TimeoutStartSec.
	changeLimit = 90 * time.Second
	// failureReset is after how long without a failure the waits before a restart begin anew.
	failureReset = 24 * time.Hour
)

// folder returns the service's own folder.
func (w *Windows) folder() string { return filepath.Join(w.cfg.Data, Name) }

// config returns where the configuration lies.
func (w *Windows) config() string { return filepath.Join(w.folder(), Name+".yml") }

// Install implements Service. The program stays where it lies: it can be replaced there only while it does not run, so that a newer
// version comes in a folder of its own, and is installed from there.
func (w *Windows) Install(ctx context.Context) error {
	before, err := w.cfg.Registrar.Query()
	if err != nil && !errors.Is(err, ErrNotInstalled) {
		return err
	}
	ran := err == nil && before.State != Stopped
	begin := time.Now()
	if ran {
		if err := w.Stop(ctx); err != nil {
			return err
		}
	}
	if err := w.prepare(); err != nil {
		return err
	}
	err = w.cfg.Registrar.Put(Entry{
		Program: w.cfg.Program, Arguments: []string{"service", "run", "--config", w.config()},
		Restart: []time.Duration{2 * time.Second, 10 * time.Second, time.Minute}, Reset: failureReset,
	})
	if err != nil {
		return fmt.Errorf("install the service: %w", err)
	}
	if err := w.Start(ctx); err != nil {
		return fmt.Errorf("%w: %w", errStartFailed, err)
	}
	if ran {
		w.cfg.Say(Away(time.Since(begin)))
	}
	return nil
}

// prepare makes the folder and the configuration, where they are missing.
func (w *Windows) prepare() error {
	if err := os.MkdirAll(w.folder(), 0o700); err != nil {
		return fmt.Errorf("make the service's folder: %w", err)
	}
	if err := w.cfg.Seal(w.folder()); err != nil {
		return fmt.Errorf("protect %s: %w", w.folder(), err)
	}
	if exists(w.config()) {
		w.cfg.Say("the configuration stays as it is: " + w.config())
		return nil
	}
	text := MinimalConfig(filepath.Join(w.folder(), "data"), filepath.Join(w.folder(), "log", Name+".log"))
	if err := writeFile(w.config(), text, 0o600); err != nil {
		return err
	}
	w.cfg.Say("the configuration is at " + w.config() + "; the console asks for the token in it (admin.token)")
	return nil
}

// Uninstall implements Service. The folder of the program stays: it is the operator's.
func (w *Windows) Uninstall(ctx context.Context, keep Keep) error {
	if err := w.Stop(ctx); err != nil {
		return err
	}
	if err := w.cfg.Registrar.Remove(); err != nil {
		return fmt.Errorf("remove the service: %w", err)
	}
	w.cfg.Say("the program stays where it lies: " + w.cfg.Program)
	entries, err := os.ReadDir(w.folder())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove the service's folder: %w", err)
	}
	var failed error
	for _, entry := range entries {
		path := filepath.Join(w.folder(), entry.Name())
		if keep == KeepConfig && path == w.config() {
			w.cfg.Say("kept: " + path)
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			failed = errors.Join(failed, fmt.Errorf("remove: %w", err))
		}
	}
	removeEmpty(w.folder()) // it stays with what was kept in it
	return failed
}

// Start implements Service.
func (w *Windows) Start(ctx context.Context) error {
	status, err := w.cfg.Registrar.Query()
	if err != nil {
		return err
	}
	if status.State == Stopped {
		if err := w.cfg.Registrar.Start(); err != nil {
			return fmt.Errorf("start the service: %w", err)
		}
	}
	return w.wait(ctx, Running)
}

// Stop implements Service.
func (w *Windows) Stop(ctx context.Context) error {
	status, err := w.cfg.Registrar.Query()
	if err != nil {
		return err
	}
	if status.State == Stopped {
		return nil
	}
	if status.State != Stopping {
		if err := w.cfg.Registrar.Stop(); err != nil {
			return fmt.Errorf("stop the service: %w", err)
		}
	}
	return w.wait(ctx, Stopped)
}

// Restart implements Service.
func (w *Windows) Restart(ctx context.Context) (time.Duration, error) {
	begin := time.Now()
	if err := w.Stop(ctx); err != nil {
		return 0, err
	}
	err := w.Start(ctx)
	return time.Since(begin), err
}

// Status implements Service.
func (w *Windows) Status(context.Context) (Status, error) {
	status, err := w.cfg.Registrar.Query()
	status.Config = w.config()
	return status, err
}

// wait waits until the service is in the wanted state. A service that stops while it should start has failed.
func (w *Windows) wait(ctx context.Context, wanted State) error {
	ctx, cancel := context.WithTimeout(ctx, changeLimit)
	defer cancel()
	again := time.NewTicker(queryEvery)
	defer again.Stop()
	for {
		status, err := w.cfg.Registrar.Query()
		switch {
		case err != nil:
			return err
		case status.State == wanted:
			return nil
		case status.State == Stopped:
			return fmt.Errorf("the service ended instead of starting; look why: Event Viewer, Windows Logs, Application, source %s; "+
				"or run it by hand: %q serve --config %q", Name, w.cfg.Program, w.config())
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the service is %s instead of %s: %w", status.State, wanted, ctx.Err())
		case <-again.C:
		}
	}
}
