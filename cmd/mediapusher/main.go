// Command mediapusher is the service: it takes live and recorded pictures out of Hikvision and Dahua recorders and pushes them as RTMP,
// and moves cameras, asked for through the legacy JSON API.
//
// This package owns the commands, the wiring of the rooms and the order in which they start and stop. Only here are the vendors known.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"go.uber.org/zap"

	"mediapusher/internal/config"
	"mediapusher/internal/logging"
	"mediapusher/internal/osservice"
)

// version is set by the build.
var version = "dev"

type commands struct {
	Serve     serveCommand     `cmd:"" help:"Run the service until SIGTERM or Ctrl-C; a second signal ends it at once."`
	Service   serviceCommand   `cmd:"" help:"Install, remove, start, stop the service of this machine, or tell how it is."`
	Config    configCommand    `cmd:"" help:"Check, show or explain a configuration."`
	Doctor    doctorCommand    `cmd:"" help:"Say what is missing on this machine, and what to do."`
	Probe     probeCommand     `cmd:"" help:"Print what a recorder tells about itself, as JSON."`
	Shadow    shadowCommand    `cmd:"" help:"Stand before an old server and tell where this program would answer otherwise."`
	SDKWorker workerCommand    `cmd:"" name:"sdk-worker" hidden:""`
	Version   kong.VersionFlag `short:"v" help:"Print the version."`
}

type serveCommand struct{ givenFile }

func main() {
	var cmd commands
	parsed := kong.Parse(&cmd, kong.Name("mediapusher"), kong.Vars{"version": version}, kong.UsageOnError(),
		kong.Description("Live and recorded video of Hikvision and Dahua recorders, pushed as RTMP into SRS."))
	if err := parsed.Run(); err != nil {
		if !errors.Is(err, errSick) { // the findings have said it
			fmt.Fprintln(os.Stderr, "mediapusher: "+err.Error())
		}
		os.Exit(exitCode(err))
	}
}

// Run runs the service, under the system's service manager where that started it.
func (c *serveCommand) Run() error { return osservice.Host(context.Background(), c.serve) }

// serve reads the configuration and serves until the service manager, a signal or an error ends it.
func (c *serveCommand) serve(ctx context.Context, manager osservice.Manager) error {
	live, err := config.NewLive(c.Config, os.Environ())
	if err != nil {
		return err
	}
	log, err := logging.New(logConfig(live.Current().Log))
	if err != nil {
		return err
	}
	logging.Bridge(log.Logger)
	defer func() { _ = log.Close() }() // a log that cannot be closed can tell nobody
	ctx, stop := endOnSignal(ctx, log.Logger)
	defer stop()
	return serve(ctx, live, manager, log)
}

// endOnSignal returns a context that the first signal ends. A second one ends the process at once.
func endOnSignal(parent context.Context, log *zap.Logger) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		log.Info("ending", zap.Stringer("signal", <-signals))
		cancel()
		log.Warn("ending at once", zap.Stringer("signal", <-signals))
		os.Exit(1)
	}()
	return ctx, cancel
}
