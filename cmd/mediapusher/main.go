// Command mediapusher is the service: it takes live and recorded pictures out of Hikvision and Dahua recorders and pushes them as RTMP,
// and moves cameras, asked for through the legacy JSON API.
//
// This package owns the commands, the wiring of the rooms and the order in which they start and stop. Only here are the vendors known.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"go.uber.org/zap"

	"mediapusher/internal/config"
	"mediapusher/internal/logging"
)

// version is set by the build.
var version = "dev"

type commands struct {
	Serve     serveCommand     `cmd:"" help:"Run the service until SIGTERM or Ctrl-C; a second signal ends it at once."`
	Doctor    doctorCommand    `cmd:"" help:"Say what is missing on this machine, and what to do."`
	SDKWorker workerCommand    `cmd:"" name:"sdk-worker" hidden:""`
	Version   kong.VersionFlag `short:"v" help:"Print the version."`
}

type serveCommand struct {
	Config string `short:"c" type:"existingfile" placeholder:"FILE" help:"YAML configuration; MEDIAPUSHER_… variables go over it."`
}

func main() {
	var cmd commands
	parsed := kong.Parse(&cmd, kong.Name("mediapusher"), kong.Vars{"version": version}, kong.UsageOnError(),
		kong.Description("Live and recorded video of Hikvision and Dahua recorders, pushed as RTMP into SRS."))
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "mediapusher: "+err.Error())
		os.Exit(1)
	}
}

// Run reads the configuration and runs the service.
func (c *serveCommand) Run() error {
	cfg, err := config.Load(c.Config, os.Environ())
	if err != nil {
		return err
	}
	log, err := logging.New(cfg.Log.Level)
	if err != nil {
		return err
	}
	logging.Bridge(log)
	defer func() { _ = log.Sync() }() // a terminal cannot be synced: there is nobody to tell
	ctx, stop := endOnSignal(log)
	defer stop()
	return serve(ctx, &cfg, log)
}

// endOnSignal returns a context that the first signal ends. A second one ends the process at once.
func endOnSignal(log *zap.Logger) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
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
