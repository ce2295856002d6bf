package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"time"

	"go.uber.org/zap"

	"mediapusher/api"
	"mediapusher/internal/config"
	"mediapusher/internal/logging"
	"mediapusher/internal/shadow"
)

// shadowCommand compares with an old server while that goes on serving. There is no flag for a running new service: one that answers
// replayed starts would log in at the recorders a second time.
type shadowCommand struct {
	givenFile
	Old    string `required:"" placeholder:"URL" help:"The old server, http://HOST:PORT."`
	Listen string `required:"" placeholder:"ADDR" help:"Where clients call instead, HOST:PORT or :PORT."`
	Report string `default:"-" placeholder:"FILE" help:"Where differences go, one JSON object in a line. Default: -, standard output."`
	Status string `default:"127.0.0.1:8092" placeholder:"ADDR" help:"GET answers the summary. Default: 127.0.0.1:8092; empty: nowhere."`
}

// Run forwards until SIGTERM or Ctrl-C, and then writes the summary.
func (c *shadowCommand) Run() error {
	cfg, err := config.Load(c.Config, os.Environ())
	if err != nil {
		return err
	}
	log, err := logging.New(logConfig(cfg.Log))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // a log that cannot be closed can tell nobody
	ctx, stop := endOnSignal(context.Background(), log.Logger)
	defer stop()
	return c.run(ctx, &cfg, os.Stderr, log.Logger)
}

func (c *shadowCommand) run(ctx context.Context, cfg *config.Config, summary io.Writer, log *zap.Logger) error {
	old, err := hostOf(c.Old)
	if err != nil {
		return err
	}
	out, err := openReport(c.Report)
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }() // each line is written at once
	s, err := shadow.New(shadow.Config{
		Old: old, Settings: apiSettings(cfg), Allow: api.AllowNetworks(cfg.AllowDevices, net.DefaultResolver),
		Lease: cfg.Heartbeat.Interval + cfg.Heartbeat.Grace, Report: out, Log: log,
	})
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	failed := make(chan error, 2)
	if c.Status != "" {
		end, err := serveStatus(ctx, c.Status, s, failed)
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		defer end()
	}
	forwarding, cancel := context.WithCancel(ctx)
	defer cancel()
	asked := make(chan os.Signal, 1)
	if signals := summarySignals(); len(signals) > 0 { // none would mean all
		signal.Notify(asked, signals...)
		defer signal.Stop(asked)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(forwarding, listener) }()
	log.Info("shadowing", zap.String("old", old), zap.Stringer("listen", listener.Addr()), zap.String("status", c.Status))
	for {
		select {
		case <-asked:
			writeSummary(summary, s)
		case err := <-failed:
			cancel()
			return errors.Join(err, <-ended)
		case err := <-ended:
			writeSummary(summary, s)
			return err
		}
	}
}

// hostOf is host:port of the old server's address.
func hostOf(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || u.Hostname() == "" || (u.Path != "" && u.Path != "/") || u.User != nil {
		return "", errors.New("--old must be http://HOST:PORT")
	}
	port := u.Port()
	if port == "" {
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port), nil
}

// openReport opens the report to be gone on with.
func openReport(name string) (io.WriteCloser, error) {
	if name == "-" {
		return os.Stdout, nil
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--report: %w", err)
	}
	return file, nil
}

// serveStatus answers the summary on a listener of its own until end is called.
func serveStatus(ctx context.Context, address string, s *shadow.Shadow, failed chan<- error) (end func(), err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--status: %w", err)
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	return func() {
		_ = server.Close()
		<-done
	}, nil
}

func writeSummary(out io.Writer, s *shadow.Shadow) {
	text, err := json.MarshalIndent(s.Summary(), "", "  ")
	if err == nil {
		_, _ = out.Write(append(text, '\n')) // who asked has left
	}
}
